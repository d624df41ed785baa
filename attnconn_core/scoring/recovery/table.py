"""Recovery by every method on every data set with ground truth."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields

import numpy as np
import pandas as pd
from jaxtyping import Bool
from sklearn.metrics import average_precision_score, roc_auc_score

from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.errors import AttnconnError, ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.scoring.comparison.paired_tests import mean_interval
from attnconn_core.scoring.recovery.recovery import Recovery, recover
from attnconn_core.sources.known_truth import KnownTruth

__all__ = [
    "CHANCE",
    "NULL_ROWS",
    "PUBLISHED",
    "SELF_LOOPS",
    "recovery_scores",
    "summarise_recovery",
]

CHANCE = "chance"
SELF_LOOPS = "self_loops_only"
NULL_ROWS = (CHANCE, SELF_LOOPS)
"""Rows that belong to no method."""

_SCORES = tuple(field.name for field in fields(Recovery))

_GVAR = "Marcinkevics & Vogt 2021, 5 data sets"
PUBLISHED: Mapping[str, pd.DataFrame] = {
    "netsim-sim3": pd.DataFrame(
        [
            ("cMLP", 0.616, 0.191, f"{_GVAR}; settings chosen on the truth"),
            ("cLSTM", 0.665, 0.240, f"{_GVAR}; settings chosen on the truth"),
            ("eSRU", 0.654, 0.217, f"{_GVAR}; settings chosen on the truth"),
            ("GVAR", 0.690, 0.305, _GVAR),
        ],
        columns=["method", "auroc", "auprc", "published"],
    )
}
"""Published values, off the diagonal, by group of data sets."""


def recovery_scores(
    estimators: Mapping[str, Estimator],
    data: KnownTruth,
    on_method: Callable[[str], object] | None = None,
    on_estimate: Callable[[str, int, Connectivity], object] | None = None,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the recovery of every data set's ground truth by every estimator.

    Parameters
    ----------
    estimators
        Estimators by the name to show.
    data
        The data sets and their ground truth.
    on_method
        Called with each name before that method is scored.
    on_estimate
        Called with the name of the method, the number of the data set (from 1) and the estimated
        matrix, for every matrix that is scored.

    Returns
    -------
    scores
        One row per method and data set: ``method``, ``data_set`` (from 1) and the fields of
        `Recovery`. Two rows belong to no method: ``chance``, the
        expectation of random scores; and ``self_loops_only``, which connects every region
        with itself alone and is scored with the diagonal counted as edges. It beats chance
        without any information on the graph, which is why scores leave the diagonal out.
    failed
        ``method, data set n`` → why it has no score.

    Raises
    ------
    ParameterError
        If there is no estimator, or a data set's ground truth has no edge or no absent one.
    """
    if not estimators:
        raise ParameterError("recovery needs at least one estimator; got none")
    rows, failed = [], {}
    for method, estimator in estimators.items():
        if on_method is not None:
            on_method(method)
        for number, (series, truth) in enumerate(
            zip(data.series, data.truths, strict=True), start=1
        ):
            try:
                estimate = estimator.estimate(series)
            except AttnconnError as error:
                failed[f"{method}, data set {number}"] = str(error)
                continue
            recovery = recover(estimate.values, truth)
            if on_estimate is not None:
                on_estimate(method, number, estimate)
            rows.append({"method": method, "data_set": number, **asdict(recovery)})
    for number, truth in enumerate(data.truths, start=1):
        rows.append({"method": CHANCE, "data_set": number, **asdict(_chance(truth))})
        rows.append({"method": SELF_LOOPS, "data_set": number, **asdict(_self_loops(truth))})
    return pd.DataFrame(rows), failed


def summarise_recovery(scores: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Return the mean of every score over data sets, with a t interval.

    Parameters
    ----------
    scores
        Table from `recovery_scores`.
    level
        Level of the intervals, which are over data sets: independent draws of the same kind.
        They don't extend to other kinds of graphs.

    Returns
    -------
    table
        One row per method, in the order of `scores`: ``data_sets`` and, for every score, its
        mean, ``<score>_lower`` and ``<score>_upper`` (NaN with a single data set).
    """
    rows = []
    for method, own in scores.groupby("method", sort=False):
        row: dict[str, object] = {"method": method, "data_sets": len(own)}
        for score in _SCORES:
            mean, low, high = mean_interval(own[score].to_numpy(dtype=float), level)
            row |= {score: mean, f"{score}_lower": low, f"{score}_upper": high}
        rows.append(row)
    return pd.DataFrame(rows)


def _chance(truth: np.ndarray) -> Recovery:
    """Return the expectation of random scores."""
    edge = truth != 0
    off_diagonal = ~np.eye(len(truth), dtype=bool)
    lower = np.tril_indices_from(truth, -1)
    return Recovery(
        auroc=0.5,
        auprc=_expected_precision(edge[off_diagonal]),
        orientation=0.5,
        auroc_undirected=0.5,
        auprc_undirected=_expected_precision((edge | edge.T)[lower]),
        r=0.0,
        r_with_diagonal=0.0,
    )


def _expected_precision(edge: Bool[np.ndarray, " pair"]) -> float:
    """Return the mean average precision of a random order, for n pairs with m edges.

    At an edge of rank k the expected precision is (1 + (k − 1) (m − 1) / (n − 1)) / k, and
    all ranks are equally probable: the mean is above m / n, and well above it for few pairs.
    """
    n, m = edge.size, int(edge.sum())
    ranks = np.arange(1, n + 1)
    return float(np.mean((1 + (ranks - 1) * (m - 1) / max(n - 1, 1)) / ranks))


def _self_loops(truth: np.ndarray) -> Recovery:
    diagonal = np.eye(len(truth), dtype=bool)
    edge = ((truth != 0) | diagonal).ravel()
    return Recovery(
        auroc=float(roc_auc_score(edge, diagonal.ravel())),
        auprc=float(average_precision_score(edge, diagonal.ravel())),
        orientation=0.5,
        auroc_undirected=float("nan"),
        auprc_undirected=float("nan"),
        r=float("nan"),
        r_with_diagonal=recover(diagonal.astype(np.float64), truth).r_with_diagonal,
    )
