"""Assets that score the methods."""
