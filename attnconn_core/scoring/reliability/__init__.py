"""Reliability: whether a matrix would be found again, by another seed, half or session."""
