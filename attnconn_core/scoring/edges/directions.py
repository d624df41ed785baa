"""Significant directions of edges, and their agreement between two scans."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool
from scipy.stats import false_discovery_control

from attnconn_core.checks import require_share
from attnconn_core.connectivity.directed import Direction
from attnconn_core.errors import ParameterError
from attnconn_core.scoring.correlation import correlation

__all__ = ["DirectionAgreement", "direction_agreement", "significant_directions"]


class DirectionAgreement(NamedTuple):
    """How far two scans agree on the directions between pairs of regions.

    Attributes
    ----------
    pairs
        Number of pairs of regions.
    edges
        Number of directed edges that are significant in the first scan, and in the second.
    signs
        Share of all pairs whose direction is the same in both; .5 by chance.
    significant_signs
        The same share among pairs that are significant in the first scan, whether or not in
        the second; NaN where there are none.
    correlation
        Correlation of the two scans' log odds, over pairs.
    """

    pairs: int
    edges: tuple[int, int]
    signs: float
    significant_signs: float
    correlation: float


def significant_directions(
    direction: Direction, rate: float = 0.05
) -> Bool[np.ndarray, "target source"]:
    """Return the edges whose direction is significant, at a false discovery rate over pairs.

    Parameters
    ----------
    direction
        From `Directed.direction`, whose p-values come from surrogates without direction.
    rate
        Largest expected share of false edges among those returned (Benjamini and
        Hochberg 1995), under the null hypothesis of no direction.

    Returns
    -------
    [target, source]: True where source drives target; never both ways.

    Raises
    ------
    ParameterError
        If the rate isn't between 0 and 1.
    """
    require_share("rate", rate)
    significant = np.zeros(direction.p_value.shape, dtype=bool)
    upper = np.triu_indices(len(significant), 1)
    if len(upper[0]):
        significant[upper] = false_discovery_control(direction.p_value[upper]) <= rate
    return np.asarray((significant | significant.T) & (direction.log_odds > 0))


def direction_agreement(
    first: Direction, second: Direction, rate: float = 0.05
) -> DirectionAgreement:
    """Return the agreement of the directions in two scans of a subject.

    Parameters
    ----------
    first, second
        From `Directed.direction`, such as of test and retest.
    rate
        As for `significant_directions`.

    Raises
    ------
    ParameterError
        If the two differ in regions, there is no pair, or the rate isn't between 0 and 1.
    """
    if first.log_odds.shape != second.log_odds.shape or len(first.log_odds) < 2:
        raise ParameterError(
            "directions of two scans must be of the same regions, at least 2; "
            f"got {len(first.log_odds)} and {len(second.log_odds)}"
        )
    edges = [significant_directions(direction, rate) for direction in (first, second)]
    upper = np.triu_indices(len(first.log_odds), 1)
    one, other = first.log_odds[upper], second.log_odds[upper]
    same = np.sign(one) == np.sign(other)
    significant = (edges[0] | edges[0].T)[upper]
    return DirectionAgreement(
        pairs=len(same),
        edges=(int(edges[0].sum()), int(edges[1].sum())),
        signs=float(same.mean()),
        significant_signs=float(same[significant].mean()) if significant.any() else float("nan"),
        correlation=correlation(one, other),
    )
