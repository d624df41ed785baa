"""Test–retest reliability of edges: intraclass correlation, overall and by strength."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from attnconn_core.scoring.fingerprint.icc import intraclass_correlation
from attnconn_core.scoring.reliability.jackknife import jackknife

__all__ = ["STRENGTHS", "EdgewiseReliability", "edgewise_reliability", "strength_rows", "unit_rows"]

STRENGTHS = 5
"""Number of equal parts into which edges are divided by strength."""


@dataclass(frozen=True, eq=False)
class EdgewiseReliability:
    """Share of an edge's variance that lies between subjects, over all edges.

    Attributes
    ----------
    mean, median
        Over edges: value, lower and upper end of the 95 % interval over subjects.
    by_strength
        Mean of each fifth of the edges, the weakest first: value, lower, upper.
    strength
        Mean absolute value of each fifth.
    edges
        Number of edges in each fifth.
    pseudo
        Each subject's pseudo-value of the mean; see `jackknife`.
    """

    mean: Float[np.ndarray, "3"]
    median: Float[np.ndarray, "3"]
    by_strength: Float[np.ndarray, "part 3"]
    strength: Float[np.ndarray, " part"]
    edges: Int[np.ndarray, " part"]
    pseudo: Float[np.ndarray, " unit"]


def edgewise_reliability(
    ratings: Float[np.ndarray, "subject session edge"],
    *,
    model: str = "consistency",
    pools: Int[np.ndarray, " subject"] | None = None,
) -> EdgewiseReliability:
    """Return the intraclass correlation over edges, with intervals over subjects.

    Parameters
    ----------
    ratings
        Every subject's edges in test and retest, or in more sessions.
    model, pools
        As for `intraclass_correlation`. For edges of pure noise, ICC(3,1) is 0 on average, while
        the other two are below 0, by .06 with 7 subjects in two pools. Subjects that are read by
        different cohort models must be in different pools.

    Notes
    -----
    For `by_strength`, edges are sorted by their mean absolute value over all subjects and
    sessions and cut into parts; edges of equal strength keep their order. Edges that don't vary
    are ignored.

    Raises
    ------
    ParameterError
        As `intraclass_correlation`.
    """
    pools = np.zeros(len(ratings), dtype=np.int64) if pools is None else pools
    strength = np.abs(ratings).mean(axis=(0, 1), dtype=np.float64)
    parts = np.array_split(np.argsort(strength, kind="stable"), STRENGTHS)

    def statistics(kept: Bool[np.ndarray, " subject"]) -> Float[np.ndarray, " statistic"]:
        icc = intraclass_correlation(ratings[kept], model, pools[kept])
        return np.array(
            [
                _of_known(np.mean, icc),
                _of_known(np.median, icc),
                *(_of_known(np.mean, icc[part]) for part in parts),
            ]
        )

    smooth = np.arange(2 + STRENGTHS) != 1  # all but the median
    jackknifed = jackknife(statistics, pools, correlations=True, smooth=smooth)
    rows = np.stack([jackknifed.values, jackknifed.lower, jackknifed.upper], axis=1)
    return EdgewiseReliability(
        mean=rows[0],
        median=rows[1],
        by_strength=rows[2:],
        strength=np.array([_of_known(np.mean, strength[part]) for part in parts]),
        edges=np.array([len(part) for part in parts]),
        pseudo=jackknifed.pseudo[:, 0],
    )


def strength_rows(method: str, reliability: EdgewiseReliability) -> pd.DataFrame:
    """Return one row per fifth of a method's edges."""
    return pd.DataFrame(
        {
            "method": method,
            "part": np.arange(1, STRENGTHS + 1),
            "strength": reliability.strength,
            "edges": reliability.edges,
            "icc": reliability.by_strength[:, 0],
            "icc_lower": reliability.by_strength[:, 1],
            "icc_upper": reliability.by_strength[:, 2],
        }
    )


def unit_rows(method: str, reliability: EdgewiseReliability) -> pd.DataFrame:
    """Return one row per subject, or group of subjects, with its pseudo-value."""
    units = np.arange(len(reliability.pseudo))
    return pd.DataFrame({"method": method, "unit": units, "icc": reliability.pseudo})


def _of_known(
    average: Callable[[np.ndarray], np.floating[Any]], values: Float[np.ndarray, " edge"]
) -> float:
    """Return the average over edges that vary; NaN if none does."""
    known = values[np.isfinite(values)]
    return float(average(known)) if len(known) else float("nan")
