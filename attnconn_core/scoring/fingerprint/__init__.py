"""Fingerprinting: how well a subject's retest session is identified by the test session."""
