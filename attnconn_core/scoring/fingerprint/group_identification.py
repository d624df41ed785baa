"""Identification and reliability within single networks or lobes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.scoring.fingerprint.fingerprint import fingerprint

__all__ = ["identify_by_group", "mean_by_groups"]

_FEWEST = 3  # regions: fewer have too few edges to correlate


def identify_by_group(
    test: Float[np.ndarray, "subject region region"],
    retest: Float[np.ndarray, "subject region region"],
    groups: Sequence[str],
    **options: Any,
) -> pd.DataFrame:
    """Return how well subjects are identified by the edges inside one network or lobe at a time.

    Parameters
    ----------
    test, retest
        Matrices of the same subjects, in the same order.
    groups
        The network or lobe of each region.
    options
        Options of `fingerprint`.

    Returns
    -------
    table
        One row per network of at least 3 regions: ``group``, ``regions``, ``accuracy`` (mean
        of both directions), ``i_diff``, and ``why_not`` if subjects can't be
        identified by it, for example because a subject's edges are all equal.

    Raises
    ------
    ParameterError
        Unless there is one group per region.
    """
    if len(groups) != test.shape[-1]:
        raise ParameterError(
            f"groups must name one group for each of {test.shape[-1]} regions; got {len(groups)}"
        )
    rows = []
    for group in dict.fromkeys(groups):
        inside = np.flatnonzero(np.array(groups) == group)
        if len(inside) < _FEWEST:
            continue
        square = np.ix_(np.arange(len(test)), inside, inside)
        try:
            score = fingerprint(test[square], retest[square], **{**options, "permutations": 0})
            outcome = float(score.hits.mean()), score.i_diff, ""
        except ParameterError as error:
            outcome = float("nan"), float("nan"), str(error)
        rows.append((group, len(inside), *outcome))
    return pd.DataFrame(rows, columns=["group", "regions", "accuracy", "i_diff", "why_not"])


def mean_by_groups(
    values: Float[np.ndarray, "target source"], groups: Sequence[str], directed: bool
) -> pd.DataFrame:
    """Return the mean of edges from one network to another, without the diagonal.

    Returns
    -------
    table
        One row per pair: ``target``, ``source``, ``mean`` and ``edges``. For an undirected
        matrix every pair occurs once.
    """
    target, source = np.nonzero(edge_mask(len(values), directed))
    known = np.isfinite(values[target, source])
    names = np.array(groups)
    pairs = np.stack([names[target[known]], names[source[known]]], axis=1)
    if not directed:
        pairs = np.sort(pairs, axis=1)
    frame = pd.DataFrame(pairs, columns=["target", "source"])
    frame["value"] = values[target[known], source[known]]
    grouped = frame.groupby(["target", "source"], sort=False)["value"]
    return grouped.agg(mean="mean", edges="size").reset_index()
