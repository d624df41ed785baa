"""A first study file, drafted after looking at a folder of scans."""
