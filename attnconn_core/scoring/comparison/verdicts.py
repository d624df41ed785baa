"""Every method on one benchmark: its score, whether that beats knowing nothing, and who wins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnconn_core.scoring.comparison.paired_tests import (
    Verdict,
    beats,
    compare_methods,
    false_discovery,
    holm,
    mean_interval,
    verdict,
)

__all__ = ["ALL_TARGETS", "Compared", "compare_hits", "compare_on_units", "compare_targets"]

#: Stands for a target where errors are averaged over all targets.
ALL_TARGETS = "(all targets)"

_PAIRS = ("first", "second", "difference", "p", "p_corrected")


@dataclass(frozen=True, eq=False)
class Compared:
    """One score of one benchmark, over all methods.

    Attributes
    ----------
    scores
        A row a method: ``method``, ``value``, ``lower`` and ``upper`` (95 % interval),
        ``reference`` (what knows nothing scores), ``p`` against it and ``p_corrected``.
    pairs
        A row a pair: ``first``, ``second``, ``difference``, ``p`` and ``p_corrected``.
    verdict
        What can be said.
    """

    scores: pd.DataFrame
    pairs: pd.DataFrame
    verdict: Verdict


def compare_on_units(values: pd.DataFrame, reference: pd.Series) -> Compared:
    """Compare methods that are scored on the same units, such as data sets or subjects.

    Parameters
    ----------
    values
        A row a unit, a column a method; NaN where a method has no score.
    reference
        What a method has to beat, unit by unit.

    Notes
    -----
    Intervals are t intervals over units; tests flip signs (`beats`, `compare_methods`),
    corrected by Holm. A method with fewer than 2 units is shown and not tested.
    """
    rows = []
    for method, own in values.items():
        known = own.notna() & reference.notna()
        mean, low, high = mean_interval(own.to_numpy(dtype=float))
        p = float("nan")
        if known.sum() > 1:
            tested = own[known].to_numpy(dtype=float)[:, None]
            p = float(beats(tested, reference[known].to_numpy(dtype=float))[0])
        rows.append((str(method), mean, low, high, float(reference.mean()), p))
    scores = pd.DataFrame(rows, columns=["method", "value", "lower", "upper", "reference", "p"])
    scores["p_corrected"] = holm(scores["p"].to_numpy(dtype=float))
    enough = [name for name in values if values[name].notna().sum() > 1]
    units = int(values.notna().mul(reference.notna(), axis=0).sum().max())
    return _compared(scores, _pairs(values[enough]), units)


def compare_hits(scores: pd.DataFrame, hits: pd.DataFrame, chance: float) -> Compared:
    """Compare methods by whom they identify.

    Parameters
    ----------
    scores
        ``method``, ``accuracy`` with its interval, and ``p_value`` of random pairings; all
        NaN where none were drawn.
    hits
        A row a subject, a column a method: the share of both directions in which it is
        identified.
    chance
        Accuracy of guessing.
    """
    found = pd.DataFrame(
        {
            "method": scores["method"],
            "value": scores["accuracy"],
            "lower": scores["accuracy_lower"],
            "upper": scores["accuracy_upper"],
            "reference": chance,
            "p": scores["p_value"],
            "p_corrected": holm(scores["p_value"].to_numpy(dtype=float)),
        }
    )
    return _compared(found, _pairs(hits))


def compare_targets(scores: pd.DataFrame, comparison: pd.DataFrame) -> dict[str, Compared]:
    """Compare methods by what they predict, target by target and over all.

    Parameters
    ----------
    scores
        A row a method and target: ``method``, ``target``, ``r``, ``r2``, ``lower``, ``upper``,
        ``p``.
    comparison
        From `compare_behaviours`: differences are of squared errors.

    Returns
    -------
    by_target
        Every target, with p corrected over all methods (pairs) and targets at once by
        Benjamini and Hochberg (1995); and, of several, ``"(all targets)"``: the mean r, the
        p that a method predicts none of them (Simes 1986), Holm's correction, and the
        highest R².
    """
    scores = scores.assign(q=false_discovery(scores["p"].to_numpy(dtype=float)))
    single = comparison[comparison["target"] != ALL_TARGETS]
    single = single.assign(p_corrected=false_discovery(single["p"].to_numpy(dtype=float)))
    found = {}
    for target, own in scores.groupby("target", sort=False):
        table = own.assign(value=own["r"], reference=0.0, p_corrected=own["q"])
        found[str(target)] = _compared(
            table[["method", "value", "r2", "lower", "upper", "reference", "p", "p_corrected"]],
            single[single["target"] == target],
        )
    if len(found) > 1:
        over_all = comparison[comparison["target"] == ALL_TARGETS]
        pairs = over_all.rename(columns={"p_holm": "p_corrected"})
        found[ALL_TARGETS] = _compared(_over_targets(scores), pairs)
    return found


def _over_targets(scores: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for method, own in scores.groupby("method", sort=False):
        q = false_discovery(own["p"].to_numpy(dtype=float))
        simes = float(np.nanmin(q)) if np.isfinite(q).any() else float("nan")
        best = own["r2"].max()
        rows.append((method, own["r"].mean(), best, np.nan, np.nan, 0.0, simes))
    columns = ["method", "value", "r2", "lower", "upper", "reference", "p"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(p_corrected=holm(table["p"].to_numpy(dtype=float)))


def _pairs(values: pd.DataFrame) -> pd.DataFrame:
    """Test every pair, where there are two methods and two units that all have."""
    if values.shape[1] < 2 or len(values.dropna()) < 2:
        return pd.DataFrame(columns=_PAIRS)
    names: Sequence[str] = [str(name) for name in values]
    pairs = compare_methods(values.to_numpy(dtype=float), names)
    return pairs.rename(columns={"p_holm": "p_corrected"})


def _compared(scores: pd.DataFrame, pairs: pd.DataFrame, units: int | None = None) -> Compared:
    pairs = pairs[list(_PAIRS)].reset_index(drop=True)
    return Compared(scores.reset_index(drop=True), pairs, verdict(scores, pairs, units=units))
