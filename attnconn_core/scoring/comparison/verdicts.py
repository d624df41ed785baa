"""Comparison of all methods on one measure: scores, tests against the reference, and verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from attnconn_core.scoring.comparison.paired_tests import (
    beats,
    compare_methods,
    false_discovery,
    holm,
    mean_interval,
)
from attnconn_core.scoring.comparison.support import Support, support_of_r, support_on_units
from attnconn_core.scoring.comparison.winner import Verdict, verdict

__all__ = ["ALL_TARGETS", "Compared", "compare_hits", "compare_on_units", "compare_targets"]

#: Used as the target where errors are averaged over all targets.
ALL_TARGETS = "(all targets)"

_PAIRS = ("first", "second", "difference", "lower", "upper", "p", "p_corrected")
_SHOWN = ("value", "lower", "upper")
_OF_TARGETS = ("method", "value", "r2", "lower", "upper", "reference", "p", "p_corrected", "n")


@dataclass(frozen=True, eq=False)
class Compared:
    """One measure, compared over all methods.

    Attributes
    ----------
    scores
        One row per method: ``method``, ``value``, ``lower`` and ``upper`` (95 % interval),
        ``reference`` (the score without information), ``p`` against it, ``p_corrected``, and
        ``n``, the number of units. Where the reference differs between units also
        ``above_lower``, the lower end of the interval of the difference from it.
    pairs
        One row per pair: ``first``, ``second``, ``difference`` with its 95 % interval ``lower``
        and ``upper``, ``p`` and ``p_corrected``.
    verdict
        The winner and the leaders, if any.
    support
        Number of units on which all methods are compared, and how many would be needed.
    """

    scores: pd.DataFrame
    pairs: pd.DataFrame
    verdict: Verdict
    support: Support = field(default_factory=lambda: Support(0))


def compare_on_units(
    values: pd.DataFrame,
    reference: pd.Series,
    unit: str = "subjects",
    estimates: pd.DataFrame | None = None,
) -> Compared:
    """Compare methods that are scored on the same units, such as data sets or subjects.

    Parameters
    ----------
    values
        One row per unit, one column per method; NaN where a method has no score.
    reference
        Score that a method has to beat, per unit.
    unit
        Name of the units.
    estimates
        One row per method, named by the index: ``value``, ``lower`` and ``upper``, shown
        instead of the mean over units and its t interval, for scores with an estimator and
        an interval of their own. None: the mean and its t interval.

    Notes
    -----
    Intervals are t intervals over units; tests flip signs (`beats`, `compare_methods`),
    corrected by Holm. A method with fewer than 2 units is shown but not tested.
    """
    rows = []
    for method, own in values.items():
        known = own.notna() & reference.notna()
        mean, low, high = mean_interval(own.to_numpy(dtype=float))
        p = float("nan")
        if known.sum() > 1:
            tested = own[known].to_numpy(dtype=float)[:, None]
            p = float(beats(tested, reference[known].to_numpy(dtype=float))[0])
        # Units that are easy to forecast are easy for the reference too, so the difference from
        # the reference has its own interval.
        _, above, _ = mean_interval((own - reference).to_numpy(dtype=float))
        if estimates is not None:
            given = estimates.loc[[str(method)], list(_SHOWN)]
            mean, low, high = given.to_numpy(dtype=float)[0]
            above = low - float(reference.mean())
        numbers = (mean, low, high, float(reference.mean()), above, p, int(known.sum()))
        rows.append((str(method), *numbers))
    columns = ["method", "value", "lower", "upper", "reference", "above_lower", "p", "n"]
    scores = pd.DataFrame(rows, columns=columns)
    scores["p_corrected"] = holm(scores["p"].to_numpy(dtype=float))
    enough = [name for name in values if values[name].notna().sum() > 1]
    support = support_on_units(values[enough], reference, unit)
    # With signs flipped in all ways, one of 2ⁿ is the least p; Holm multiplies it.
    support = replace(support, least_p=min(1.0, 2.0**-support.units * len(enough)))
    return _compared(scores, _pairs(values[enough]), support)


def compare_hits(
    scores: pd.DataFrame, hits: pd.DataFrame, chance: float, measure: str = "accuracy"
) -> Compared:
    """Compare methods by the subjects that they identify.

    Parameters
    ----------
    scores
        ``method``, the measure with its interval (``accuracy_lower``, ``accuracy_upper``),
        and ``p_value`` from random pairings; all NaN where none were drawn.
    hits
        One row per subject, one column per method: the measure of each subject. For accuracy,
        the share of the two directions in which the subject is identified.
    chance
        Value of the measure when guessing.
    measure
        Name of the column that is compared.
    """
    table = pd.DataFrame(
        {
            "method": scores["method"],
            "value": scores[measure],
            "lower": scores[f"{measure}_lower"],
            "upper": scores[f"{measure}_upper"],
            "reference": chance,
            "p": scores["p_value"],
            "p_corrected": holm(scores["p_value"].to_numpy(dtype=float)),
            "n": len(hits),
        }
    )
    return _compared(
        table, _pairs(hits), support_on_units(hits, pd.Series(chance, hits.index), "subjects")
    )


def compare_targets(
    scores: pd.DataFrame, comparison: pd.DataFrame, errors: pd.DataFrame | None = None
) -> dict[str, Compared]:
    """Compare methods by their predictions, per target and over all targets.

    Parameters
    ----------
    scores
        One row per method and target: ``method``, ``target``, ``r``, ``r2``, ``lower``,
        ``upper``, ``p`` and ``subjects``.
    comparison
        Table from `compare_behaviours`: differences are of squared errors.
    errors
        ``method``, ``target``, ``subject`` and ``error``, squared, from which the number of
        subjects is computed that would distinguish the two methods with the highest r. None:
        that number is missing.

    Returns
    -------
    by_target
        Target → comparison, with p corrected over all methods (pairs) and targets at once
        (Benjamini and Hochberg 1995). With several targets also ``"(all targets)"``: the mean
        r, the p that a method predicts none of them (Simes 1986) with Holm's correction, and
        the highest R². Targets whose interval reaches 0 count as not predicted.
    """
    scores = scores.assign(q=false_discovery(scores["p"].to_numpy(dtype=float)))
    single = comparison[comparison["target"] != ALL_TARGETS]
    single = single.assign(p_corrected=false_discovery(single["p"].to_numpy(dtype=float)))
    by_target = {}
    for target, own in scores.groupby("target", sort=False):
        table = own.assign(value=own["r"], reference=0.0, p_corrected=own["q"], n=own["subjects"])
        of_target = None if errors is None else errors[errors["target"] == target]
        tested = single[single["target"] == target]
        support = support_of_r(table, of_target, len(scores), len(single))
        by_target[str(target)] = _compared(table[list(_OF_TARGETS)], tested, support)
    if len(by_target) > 1:
        over_all = comparison[comparison["target"] == ALL_TARGETS]
        pairs = over_all.rename(columns={"p_holm": "p_corrected"})
        table = _over_targets(scores)
        support = support_of_r(table, errors, len(scores), len(pairs))
        by_target[ALL_TARGETS] = _compared(table, pairs, support)
    return by_target


def _over_targets(scores: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for method, own in scores.groupby("method", sort=False):
        # A target whose interval reaches 0 counts as not predicted.
        q = false_discovery(own["p"].where(own["p"].isna() | (own["lower"] > 0), 1.0).to_numpy())
        simes = float(np.nanmin(q)) if np.isfinite(q).any() else float("nan")
        best, fewest = own["r2"].max(), own["subjects"].min()
        rows.append((method, own["r"].mean(), best, np.nan, np.nan, 0.0, simes, fewest))
    columns = ["method", "value", "r2", "lower", "upper", "reference", "p", "n"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(p_corrected=holm(table["p"].to_numpy(dtype=float)))[list(_OF_TARGETS)]


def _pairs(values: pd.DataFrame) -> pd.DataFrame:
    """Test every pair, if there are two methods and two units that all have scores for."""
    if values.shape[1] < 2 or len(values.dropna()) < 2:
        return pd.DataFrame(columns=_PAIRS)
    names: Sequence[str] = [str(name) for name in values]
    pairs = compare_methods(values.to_numpy(dtype=float), names)
    return pairs.rename(columns={"p_holm": "p_corrected"})


def _compared(scores: pd.DataFrame, pairs: pd.DataFrame, support: Support) -> Compared:
    pairs = pairs[list(_PAIRS)].reset_index(drop=True)
    scores = scores.reset_index(drop=True)
    return Compared(scores, pairs, verdict(scores, pairs, support), support)
