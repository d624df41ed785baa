"""Reliability: agreement of matrices between seeds, halves of a session, and sessions."""
