"""Assets made from the user's files: time series, quality, phenotypes."""
