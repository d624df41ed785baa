"""Forecast skill: how well each method predicts held-out frames."""
