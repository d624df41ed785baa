"""The winner of a comparison, if one can be named."""

from dataclasses import dataclass

import pandas as pd

from attnconn_core.scoring.comparison.support import Support

__all__ = ["Verdict", "verdict"]


@dataclass(frozen=True)
class Verdict:
    """The winner and the leaders of a comparison.

    Attributes
    ----------
    winner
        The one method that beats the reference and every other method; None if there is none.
    leaders
        Methods that beat the reference and that no other is shown to be better than.
    sentence
        The verdict in words, to be shown beside the leaders' names.
    """

    winner: str | None
    leaders: tuple[str, ...]
    sentence: str


def verdict(
    scores: pd.DataFrame, pairs: pd.DataFrame, support: Support | None = None, level: float = 0.05
) -> Verdict:
    """Return the winner and the leaders.

    Parameters
    ----------
    scores
        One row per method: ``method``, ``value``, and ``p_corrected`` against the reference
        (chance, or a score without connectivity); NaN where it wasn't tested. With
        ``above_lower``, the lower end of the interval of the difference from the reference, or
        with ``lower`` and ``reference``, a method whose interval reaches the reference doesn't
        beat it. With ``r2``, for values that are r, a method with R² ≤ 0 never leads.
    pairs
        Table from `compare_methods`, its corrected p called ``p_corrected``.
    support
        The units compared. With fewer than its `fewest` no method leads. None: enough units.
    level
        Level of both tests.

    Notes
    -----
    A method that doesn't beat the reference never leads, even with the highest value: if
    all fail, there is no winner. If two methods can't be distinguished, both lead.

    With few units no winner is named, although the tests hold their level with any number:
    a small study overestimates the differences that it can detect, and most of its findings
    are false where true differences are rare (Button et al. 2013, Nature Reviews
    Neuroscience 14: 365–376).
    """
    if scores["p_corrected"].isna().all():
        return Verdict(None, (), f"none of {len(scores)} methods was tested against the reference")
    able = scores[_above_reference(scores, level)]
    able = able.sort_values("value", ascending=False, kind="stable")
    useful = able[able["r2"] > 0] if "r2" in able else able
    names = [str(name) for name in useful["method"]]
    if support is not None and not support.enough:
        return _too_few(support, len(names), len(scores), level)
    if len(able) > len(names) == 0:
        return Verdict(None, (), f"none of {len(scores)} methods explains anything (R² ≤ 0)")
    if not names:
        said = f"none of {len(scores)} methods is shown to beat the reference"
        return Verdict(None, (), said + (support.said() if support else ""))
    if len(scores) == 1:
        return Verdict(None, tuple(names), "beats the reference; no other is compared")
    better = _better(pairs, level)
    leaders = tuple(name for name in names if not any((other, name) in better for other in names))
    first = leaders[0]
    if all((first, str(other)) in better for other in scores["method"] if other != first):
        return Verdict(first, leaders, "better than every other method")
    said = "no method is shown to be better than every other"
    return Verdict(None, leaders, said + (support.said_of_difference() if support else ""))


def _too_few(support: Support, above: int, methods: int, level: float) -> Verdict:
    said = (
        f"{support.units} {support.unit} are too few to name a winner; at least "
        f"{support.fewest} are needed"
    )
    said += (
        f"; {above} of {methods} methods {'is' if above == 1 else 'are'} above the reference "
        "(corrected p < .05)"
    )
    if not above and support.least_p >= level:
        least = f"p is {support.least_p:.2g} or more"
        said += f", which {support.units} {support.unit} can't show: {least}"
    return Verdict(None, (), said + (support.said_of_difference() if above else support.said()))


def _above_reference(scores: pd.DataFrame, level: float) -> pd.Series:
    above = scores["p_corrected"] < level
    if "above_lower" in scores:
        above &= scores["above_lower"] > 0
    elif {"lower", "reference"} <= set(scores):
        # Without any interval, as over several targets, p alone decides.
        above &= ~(scores["lower"] <= scores["reference"])
    return above


def _better(pairs: pd.DataFrame, level: float) -> set[tuple[str, str]]:
    """Return pairs of a better and a worse method, by the corrected test and by the interval."""
    shown = pairs[pairs["p_corrected"] < level]
    if {"lower", "upper"} <= set(pairs):
        shown = shown[~((shown["lower"] <= 0) & (shown["upper"] >= 0))]
    return {
        (row["first"], row["second"]) if row["difference"] > 0 else (row["second"], row["first"])
        for _, row in shown.iterrows()
    }
