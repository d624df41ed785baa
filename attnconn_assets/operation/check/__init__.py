"""The check: finds errors in a study before anything is computed."""
