"""One asset per method: every session's matrices."""
