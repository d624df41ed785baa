"""What to run: the study file and the experiment files, read and validated."""
