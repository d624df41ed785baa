"""Log odds of a direction from statistics in deviations of their null."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.direction_evidence import Calibrated

__all__ = ["WEIGHT", "log_odds", "terms_of"]

BySource = Float64[np.ndarray, "target source"]

WEIGHT = 0.42
"""Log odds for a unit of the terms' sum.

From a logistic regression without intercept on one-way edges of the core's own simulated
cohorts, which ``python -m benchmarks.direction`` draws anew. Terms weigh alike: weights of
their own gained less than a hundredth there, and lean on how the cohorts are simulated.
"""


def terms_of(found: Calibrated) -> dict[str, BySource]:
    """Return asinh of every statistic: a single pair's can be far out."""
    return {name: np.arcsinh(z) for name, z in found.items()}


def log_odds(found: Calibrated) -> BySource:
    """Return the log odds that source drives target and not the reverse, of each pair."""
    return np.asarray(WEIGHT * sum(terms_of(found).values()))
