"""Tests between methods, and which method can be named better."""
