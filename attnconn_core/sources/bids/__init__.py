"""Derivatives of fMRIPrep and XCP-D: names, tables beside scans, cleaning, splitting."""
