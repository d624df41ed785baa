"""Reads and validates study files and experiment files."""
