"""Comparison of methods that predict behaviour, on the folds that both were tested on."""

from itertools import combinations

import pandas as pd
from scipy.stats import t as student_t

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.resampled import corrected_resampled_t
from attnconn_core.scoring.comparison.paired_tests import false_discovery, holm
from attnconn_core.scoring.comparison.verdicts import ALL_TARGETS

__all__ = ["compare_behaviours"]


def compare_behaviours(folds: pd.DataFrame) -> pd.DataFrame:
    """Test every pair of methods over folds and repeats, per target and over all targets.

    Parameters
    ----------
    folds
        ``method``, ``target``, ``repeat``, ``fold``, ``error``, ``tested`` and ``trained``,
        the columns of `BehaviourTable.folds`.

    Returns
    -------
    comparison
        One row per target and pair. ``target`` is ``"(all targets)"`` where errors are
        averaged over targets first. ``difference`` is the error of ``second`` minus that of
        ``first``, as a share of the target's variance: above 0, ``first`` is better;
        ``lower`` and ``upper`` are its 95 % interval. ``t``, ``p`` and ``df`` are those of
        `corrected_resampled_t`. ``p_holm`` is corrected for the pairs of the same target
        (Holm 1979), ``q`` for the targets of the same pair (Benjamini & Hochberg 1995; NaN
        for all targets together).

    Raises
    ------
    ParameterError
        If a method has two errors for one target, repeat and fold.
    """
    where = ["target", "repeat", "fold"]
    if folds.duplicated([*where, "method"]).any():
        raise ParameterError(
            "a method must have one error per target, repeat and fold; got several"
        )
    errors = folds.pivot(index=where, columns="method", values="error")
    ratio = (folds["tested"] / folds["trained"]).groupby(folds["target"]).mean()
    rows = []
    for first, second in combinations(folds["method"].unique(), 2):
        difference = (errors[second] - errors[first]).dropna()
        splits = [
            (str(name), differences) for name, differences in difference.groupby(level="target")
        ]
        over_all = difference.groupby(level=["repeat", "fold"]).mean()
        for name, differences in [*splits, (ALL_TARGETS, over_all)]:
            t, p, df = corrected_resampled_t(
                differences.to_numpy(), float(ratio.get(name, ratio.mean()))
            )
            tested = {**_with_interval(float(differences.mean()), t, df), "t": t, "p": p, "df": df}
            rows.append({"target": name, "first": first, "second": second, **tested})
    columns = ["target", "first", "second", "difference", "lower", "upper", "t", "p", "df"]
    return _corrected(pd.DataFrame(rows, columns=columns))


def _with_interval(difference: float, t: float, df: int) -> dict[str, float]:
    """Return the difference and its 95 % interval, from the test's t and degrees of freedom."""
    half = abs(difference / t) * float(student_t.isf(0.025, df)) if t and df else float("nan")
    return {"difference": difference, "lower": difference - half, "upper": difference + half}


def _corrected(pairs: pd.DataFrame) -> pd.DataFrame:
    p = pairs["p"].astype(float)
    single = pairs["target"] != ALL_TARGETS
    return pairs.assign(
        p_holm=p.groupby(pairs["target"]).transform(lambda some: holm(some.to_numpy())),
        q=p[single]
        .groupby([pairs["first"], pairs["second"]])
        .transform(lambda some: false_discovery(some.to_numpy())),
    )
