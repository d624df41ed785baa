"""Dagster's own instance: its home, its event log, and the locks of running processes."""
