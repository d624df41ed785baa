"""Significance of edges: any estimator tested against surrogates of its own series."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import false_discovery_control

from attnconn_core.checks import require_whole
from attnconn_core.connectivity.estimator import Estimator, require_estimator
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.records.short_repr import ShortRepr
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.timeseries import surrogate

__all__ = ["EdgeSignificance", "edge_significance"]


@dataclass(frozen=True, eq=False, repr=False)
class EdgeSignificance(ShortRepr):
    """How probable each edge of a scan is if regions are independent.

    Attributes
    ----------
    connectivity
        The estimated matrix.
    p
        [target, source]: share of surrogates, the scan itself included, whose absolute
        value reaches the scan's. NaN on the diagonal.
    q
        Benjamini and Hochberg's (1995) q over all edges, each undirected edge counted once.
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
    """Test a scan's edges against surrogates in which regions are independent.

    Every region keeps its own autocorrelation, which a test by degrees of freedom would
    mistake for evidence.

    Parameters
    ----------
    series
        The scan.
    estimator
        Any estimator. Trained and tuned ones are only read on the surrogates, not refitted.
    surrogates
        Number of surrogates. The least p is 1 / (surrogates + 1). For a single edge among E
        to be significant at a rate q, about E / q surrogates are needed, or many other
        significant edges.
    kind
        ``"phase_randomise"``, or ``"circular_shift"``, which also keeps the distribution of
        values. A run of n frames has only n different shifts of one region relative to another,
        and small shifts keep part of the shared signal. With circular shifts, p can therefore
        not be below a few times 1 / n.
    seed
        Seed of the surrogates.
    on_surrogate
        Called with the number of each surrogate before it is estimated.

    Raises
    ------
    ParameterError
        If there is no surrogate or the kind isn't known.
    SeriesError
        If a run has fewer than 4 frames; and as for the estimator.

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
    require_whole("surrogates", surrogates, 1)
    observed = require_estimator(estimator).estimate(series)
    mask = edge_mask(len(observed.values), observed.directed)
    strength = np.abs(observed.values[mask])
    # Surrogates that equal the scan up to rounding count as reaching it.
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
    return EdgeSignificance(observed, *(_laid_out(values, observed, mask) for values in (p, q)))


def _laid_out(
    values: Float[np.ndarray, " edge"], connectivity: Connectivity, mask: np.ndarray
) -> Float[np.ndarray, "target source"]:
    matrix = np.full(mask.shape, np.nan)
    matrix[mask] = values
    if not connectivity.directed:
        matrix = np.where(mask.T, matrix.T, matrix)
    return matrix
