"""Which edges are there at all: every estimator against surrogates of its own series."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import false_discovery_control

from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.scoring.checks import require_at_least
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.timeseries import surrogate

__all__ = ["EdgeSignificance", "edge_significance"]


@dataclass(frozen=True, eq=False)
class EdgeSignificance:
    """How likely each edge of a scan is where regions share nothing.

    Attributes
    ----------
    connectivity
        What was estimated.
    p
        [target, source]: share of surrogates, the scan itself counted in, whose absolute
        value reaches the scan's. NaN on the diagonal.
    q
        Benjamini and Hochberg's (1995) over all edges, each of an undirected matrix once.
    """

    connectivity: Connectivity
    p: Float[np.ndarray, "target source"]
    q: Float[np.ndarray, "target source"]


def edge_significance(
    series: TimeSeries,
    estimator: Estimator,
    *,
    surrogates: int = 1000,
    kind: str = "phase_randomise",
    seed: int = 0,
    on_surrogate: Callable[[int], object] | None = None,
) -> EdgeSignificance:
    """Estimate the scan, and surrogates of it in which regions share nothing.

    Every region keeps its own autocorrelation, which a test by degrees of freedom would
    take for evidence.

    Parameters
    ----------
    series
        The scan.
    estimator
        Any. What it was trained or tuned on is kept: the surrogates are read only.
    surrogates
        How many. No p is below 1 / (surrogates + 1): for an edge to survive among E
        edges at a rate q, some E / q of them are needed, or many edges that are there.
    kind
        ``"phase_randomise"``; or ``"circular_shift"``, which keeps the distribution of
        values too, but has only as many ways to set two regions of a run apart as the
        run has frames, some of which leave what they share in place: its p stay above a
        few in that number.
    seed
        Of the surrogates.
    on_surrogate
        Called with the number of each before its turn.

    Raises
    ------
    ParameterError
        If there is no surrogate or the kind isn't known.
    SeriesError
        If a run has fewer than 4 frames; and as the estimator.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=4)
    >>> series = source.load(source.sessions()[0])
    >>> from attnconn_core.connectivity import Pearson
    >>> tested = edge_significance(series, Pearson(), surrogates=19)
    >>> tested.q.shape, bool((tested.q[0, 1:] >= tested.p[0, 1:]).all())
    ((4, 4), True)
    """
    require_at_least("surrogates", surrogates, 1)
    observed = estimator.estimate(series)
    mask = edge_mask(len(observed.values), observed.directed)
    strength = np.abs(observed.values[mask])
    # Nor may rounding decide where a surrogate equals the scan.
    threshold = strength - 1e-12 * strength.max(initial=0.0)
    reached = np.ones(len(strength))
    rng = np.random.default_rng(seed)
    for number in range(surrogates):
        if on_surrogate is not None:
            on_surrogate(number)
        estimated = estimator.estimate(surrogate(series, kind, rng))
        reached += np.abs(estimated.values[mask]) >= threshold
    p = reached / (surrogates + 1)
    q = false_discovery_control(p) if len(p) else p
    return EdgeSignificance(observed, *(_laid_out(each, observed, mask) for each in (p, q)))


def _laid_out(
    values: Float[np.ndarray, " edge"], connectivity: Connectivity, mask: np.ndarray
) -> Float[np.ndarray, "target source"]:
    matrix = np.full(mask.shape, np.nan)
    matrix[mask] = values
    if not connectivity.directed:
        matrix = np.where(mask.T, matrix.T, matrix)
    return matrix
