"""The report: one page that holds every score and figure."""
