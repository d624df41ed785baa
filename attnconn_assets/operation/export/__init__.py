"""The command ``attnconn export``: stored results as a folder of files for other programs."""
