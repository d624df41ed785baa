"""Log odds of a direction, from statistics divided by the deviation of their null distribution."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.direction_evidence import Calibrated

__all__ = ["WEIGHT", "log_odds", "terms_of"]

BySource = Float64[np.ndarray, "target source"]

WEIGHT = 0.42
"""Log odds per unit of the sum of the terms.

Fitted by a logistic regression without intercept on one-way edges of the core's own simulated
cohorts, which ``python -m benchmarks.direction`` draws anew. All terms have equal weight:
separate weights gained less than a hundredth there, and depend on how the cohorts are simulated.
"""


def terms_of(statistics: Calibrated) -> dict[str, BySource]:
    """Return asinh of every statistic, which limits the effect of extreme values."""
    return {name: np.arcsinh(z) for name, z in statistics.items()}


def log_odds(statistics: Calibrated) -> BySource:
    """Return, per pair, the log odds that source drives target and not the reverse."""
    return np.asarray(WEIGHT * sum(terms_of(statistics).values()))
