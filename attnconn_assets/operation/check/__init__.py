"""The check: all that can be known of a study before anything is computed."""
