"""The network-based statistic: connected edges in which two groups differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from attnconn_core.checks import require_choice, require_number, require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.records.short_repr import ShortRepr
from attnconn_core.scoring.checks import require_finite
from attnconn_core.scoring.edges.features import (
    as_matrix_pair,
    edge_features,
    edge_mask,
    is_symmetric,
)

__all__ = ["Component", "NetworkBasedStatistic", "network_based_statistic"]

_SIDES = ("both", "greater", "less")
_SIZES = ("extent", "intensity")


@dataclass(frozen=True, eq=False, repr=False)
class Component(ShortRepr):
    """A connected component of edges beyond the threshold.

    Attributes
    ----------
    edges
        (edge, 2): index of the target and of the source region.
    size
        Number of edges, or the sum by which they exceed the threshold.
    p
        Corrected for all components: share of shuffles, the true groups included,
        whose largest component is at least as large.
    """

    edges: Int[np.ndarray, "edge 2"]
    size: float
    p: float


@dataclass(frozen=True, eq=False, repr=False)
class NetworkBasedStatistic(ShortRepr):
    """The edges in which two groups differ.

    Attributes
    ----------
    t
        [target, source]: Student's t of first minus second group; NaN where there is no edge.
    components
        Components, the largest first.
    """

    t: Float[np.ndarray, "target source"]
    components: tuple[Component, ...]


def network_based_statistic(
    first: Float[np.ndarray, "subject region region"] | Sequence[Connectivity],
    second: Float[np.ndarray, "member node node"] | Sequence[Connectivity],
    *,
    threshold: float = 3.0,
    side: str = "both",
    size: str = "extent",
    permutations: int = 5000,
    symmetric: bool | None = None,
    seed: int = 0,
) -> NetworkBasedStatistic:
    """Find components of edges in which two groups of subjects differ.

    The error rate is controlled for components, not for single edges: a significant component
    means that the groups differ somewhere in it.

    Parameters
    ----------
    first, second
        Arrays, or one record per subject; subjects of the two groups are independent.
    threshold
        Threshold of t per edge. Choose it before seeing the data: it determines whether strong,
        local or weak, widespread differences are detected.
    side
        ``"both"``, or the direction of the difference, ``"greater"`` or ``"less"``.
    size
        ``"extent"``, the number of edges, or ``"intensity"``, the sum by which they exceed
        the threshold.
    permutations
        Number of shuffles of the group labels.
    symmetric
        Whether the matrices are symmetric; None tests it. Components ignore the direction of
        directed edges.
    seed
        Seed of the shuffles.

    Raises
    ------
    ParameterError
        If the groups aren't finite stacks of at least 2 subjects over the same regions, records
        differ in method or regions, or an option is out of range.

    References
    ----------
    Zalesky, Fornito & Bullmore 2010, NeuroImage 53: 1197–1207.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> first, second = rng.normal(size=(2, 15, 6, 6))
    >>> first[:, 0, 1:4] += 3  # three directed edges into region 0
    >>> statistic = network_based_statistic(first, second, permutations=99)
    >>> len(statistic.components), statistic.components[0].p
    (1, 0.02)
    """
    require_choice("side", side, _SIDES)
    require_choice("size", size, _SIZES)
    require_whole("permutations", permutations, 0)
    require_number("threshold", threshold)
    first, second = as_matrix_pair(("first", "second"), first, second)
    for name, group in (("first", first), ("second", second)):
        require_finite(name, group)
        if len(group) < 2 or group.shape[1:] != first.shape[1:]:
            raise ParameterError(
                f"both groups need at least 2 subjects and the same regions; got {first.shape} "
                f"and {second.shape}"
            )
    if symmetric is None:
        symmetric = bool(is_symmetric(first) and is_symmetric(second))
    edges = edge_features(np.concatenate([first, second]), not symmetric)
    mask = edge_mask(first.shape[-1], not symmetric)
    ends = np.argwhere(mask)
    in_first = np.zeros((permutations + 1, len(edges)), dtype=bool)
    in_first[:, : len(first)] = True
    in_first[1:] = np.random.default_rng(seed).permuted(in_first[1:], axis=1)
    largest = np.zeros(permutations + 1)
    for number, members in enumerate(in_first):
        excess = _excess(_students_t(edges, members), threshold, side)
        labels, sizes = _components(ends, excess, len(mask), size)
        largest[number] = max(sizes, default=0.0)
        if number == 0:
            observed = labels, sizes
    t = np.full(mask.shape, np.nan)
    t[mask] = _students_t(edges, in_first[0])
    if symmetric:
        t = np.where(mask.T, t.T, t)
    labels, sizes = observed
    components = (
        Component(ends[labels == number], value, float((largest >= value - 1e-9).mean()))
        for number, value in enumerate(sizes)
    )
    return NetworkBasedStatistic(
        t, tuple(sorted(components, key=lambda component: -component.size))
    )


def _students_t(
    edges: Float[np.ndarray, "subject edge"], in_first: Bool[np.ndarray, " subject"]
) -> Float[np.ndarray, " edge"]:
    """Return the pooled t of every edge; 0 where an edge doesn't vary."""
    one, other = edges[in_first], edges[~in_first]
    n, m = len(one), len(other)
    squares = ((one - one.mean(axis=0)) ** 2).sum(axis=0) + ((other - other.mean(axis=0)) ** 2).sum(
        axis=0
    )
    error = np.sqrt(squares / (n + m - 2) * (1 / n + 1 / m))
    difference = one.mean(axis=0) - other.mean(axis=0)
    t: Float[np.ndarray, " edge"] = np.divide(
        difference, error, out=np.zeros_like(difference), where=error > 0
    )
    return t


def _excess(
    t: Float[np.ndarray, " edge"], threshold: float, side: str
) -> Float[np.ndarray, " edge"]:
    """Return by how much an edge lies beyond the threshold; 0 or less if it doesn't."""
    size: Float[np.ndarray, " edge"] = {"both": np.abs(t), "greater": t, "less": -t}[side]
    return size - threshold


def _components(
    ends: Int[np.ndarray, "edge 2"], excess: Float[np.ndarray, " edge"], n_regions: int, size: str
) -> tuple[Int[np.ndarray, " edge"], list[float]]:
    """Return the number of each edge's component, -1 for none, and every component's size."""
    labels = np.full(len(ends), -1)
    beyond = excess > 0
    if not beyond.any():
        return labels, []
    target, source = ends[beyond].T
    graph = coo_array((np.ones(len(target)), (target, source)), shape=(n_regions, n_regions))
    _, of_region = connected_components(graph, directed=False)
    # A region without edges is a component without size.
    present, numbers = np.unique(of_region[target], return_inverse=True)
    labels[beyond] = numbers
    weights = None if size == "extent" else excess[beyond]
    sizes = np.bincount(numbers, weights, minlength=len(present))
    return labels, [float(value) for value in sizes]
