"""Tests between methods, and what can be said of who is better."""
