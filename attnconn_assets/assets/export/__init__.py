"""Files for other programs, made from stored results."""
