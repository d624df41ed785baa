"""The table of all methods, with one column per measure, and a summary in words."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from attnconn_core.scoring.comparison.measured import METHOD, REFERENCE, with_score_column
from attnconn_core.scoring.comparison.support import said_many
from attnconn_core.wording import number

__all__ = ["headline_cells", "in_words"]

_CELLS = ("value", "lower", "upper", "n")
_OF_COLUMN = ("score", "measure", "column", "digits", "unit", "missing")
_NAMED = 3  # most methods that are named if they share the highest value


def headline_cells(scores: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per method and measure for the table of all methods.

    It has the measures of every score whose verdict has a ``column``.

    Parameters
    ----------
    scores, verdicts
        Tables of a `Comparison`.

    Returns
    -------
    cells
        ``score``, ``measure``, ``column``, ``digits``, ``unit``, ``missing``, ``method``,
        ``value``, ``lower``, ``upper``, ``n``, and ``best``: whether the method is the winner,
        and so may be marked. Rows are methods and named references, such as a
        forecast from each region's own past.
    """
    scores, verdicts = with_score_column(scores), with_score_column(verdicts)
    shown = scores[scores["kind"].isin([METHOD, REFERENCE])] if len(scores) else scores
    rows = [
        {
            **{name: verdict[name] for name in _OF_COLUMN},
            "method": row["method"],
            **{name: float(row.get(name, np.nan)) for name in _CELLS},
            "best": row["method"] == verdict["winner"],
        }
        for verdict in _columns(verdicts)
        for _, row in shown[_of(shown, verdict)].iterrows()
    ]
    return pd.DataFrame(rows, columns=[*_OF_COLUMN, "method", *_CELLS, "best"])


def in_words(
    cells: pd.DataFrame,
    verdicts: pd.DataFrame,
    label: Callable[[str], str],
    warnings: Mapping[str, str] | None = None,
    pairs: pd.DataFrame | None = None,
) -> tuple[str, ...]:
    """Return one sentence per measure: the highest method, how certain that is, and cautions.

    Parameters
    ----------
    cells
        Table from `headline_cells`.
    verdicts
        Verdicts of a `Comparison`; measures with ``words`` get a sentence.
    label
        Function that returns a method's name for readers.
    warnings
        Method → why its matrices must not be interpreted; added for the methods named.
    pairs
        Differences of every two methods, of a `Comparison`; the one to the next method is
        added with its interval.
    """
    cells, verdicts = with_score_column(cells), with_score_column(verdicts)
    return tuple(
        _sentence(
            cells[_of(cells, verdict)],
            verdict,
            label,
            warnings or {},
            "" if pairs is None else _difference(pairs, verdict),
        )
        for verdict in _columns(verdicts)
        if verdict["words"] and cells.loc[_of(cells, verdict), "value"].notna().any()
    )


def _columns(verdicts: pd.DataFrame) -> list[pd.Series]:
    """Return verdicts with a column; headings that two scores share get the score's name too."""
    if not len(verdicts):
        return []
    shown = verdicts[verdicts["column"] != ""]
    twice = shown["column"].duplicated(keep=False)
    shown = shown.assign(
        column=shown["column"].where(~twice, shown["score"] + " " + shown["column"])
    )
    return [row for _, row in shown.iterrows()]


def _of(table: pd.DataFrame, verdict: pd.Series) -> pd.Series:
    same = table["score"] == verdict["score"]
    alike: pd.Series = same & (table["measure"] == verdict["measure"])
    return alike


def _sentence(
    cells: pd.DataFrame,
    verdict: pd.Series,
    label: Callable[[str], str],
    warnings: Mapping[str, str],
    difference: str,
) -> str:
    digits = int(verdict["digits"])
    shown = cells["value"].round(digits)
    highest = cells[shown == shown.max()]
    named = [str(name) for name in highest["method"]]
    if len(named) > _NAMED:
        named = named[: _NAMED - 1]
    more = len(highest) - len(named)
    names = [*map(label, named), *([f"{more} more"] if more else [])]
    who = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    first = highest.iloc[0]
    value = number(first["value"], digits)
    intervals = {
        tuple(number(row[name], digits) for name in ("lower", "upper"))
        for _, row in highest[["lower", "upper"]].dropna().iterrows()
    }
    if len(intervals) == 1:  # of several methods they may differ
        value += ", 95 % interval {} to {}".format(*intervals.pop())
    value += f"; n = {int(verdict['n'])} {verdict['unit']}"
    if first["value"] < 0 and (none := verdict.get("words_below_zero", "")):
        return f"{none.format(who=who, value=value)}."
    best = "best" if first["best"] else "highest"
    said = verdict["words"].format(best=best, who=who, value=value)
    worth = (
        ", better than every other method"
        if first["best"]
        else f"; {_hedge(cells, highest, verdict, label, difference)}"
    )
    against = [f" {label(name)}: {warnings[name]}." for name in named if name in warnings]
    return f"{said}{worth}.{''.join(against)}"


def _difference(pairs: pd.DataFrame, verdict: pd.Series) -> str:
    """Return the difference of the two highest methods and its interval; empty if not known."""
    if pairs.empty:  # with a single method it has no columns either
        return ""
    pairs = with_score_column(pairs)
    both = {verdict["highest"], verdict["next"]}
    row = pairs[_of(pairs, verdict) & pairs["first"].isin(both) & pairs["second"].isin(both)]
    if len(row) != 1:
        return ""
    ends = np.array([row[name].item() for name in ("difference", "lower", "upper")])
    if row["first"].item() != verdict["highest"]:
        ends = -ends[[0, 2, 1]]
    digits = int(verdict["digits"]) + 1  # so that an end near 0 doesn't become 0
    mean, lower, upper = (number(end, digits) for end in ends)
    return f"; difference {mean}, 95 % interval {lower} to {upper}, not corrected"


def _hedge(
    cells: pd.DataFrame,
    highest: pd.DataFrame,
    verdict: pd.Series,
    label: Callable[[str], str],
    difference: str,
) -> str:
    few = verdict["n"] < verdict["fewest"]
    said = (
        f"{int(verdict['n'])} {verdict['unit']} describe this sample and are too few for a ranking"
        if few
        else "no method is shown to be better than every other"
    )
    needed, following = verdict["n_for_difference"], cells[cells["method"] == verdict["next"]]
    # `needed` belongs to the next method, not to a reference that may lie between the two.
    is_only_highest = highest["method"].tolist() == [verdict["highest"]]
    if not is_only_highest or not len(following) or np.isnan(needed):
        return said
    value = number(following["value"].iloc[0], verdict["digits"])
    return (
        f"{said}; to distinguish it from the next ({label(verdict['next'])}, {value}{difference}) "
        f"would take {said_many(needed, int(verdict['fewest']))} {verdict['unit']}"
    )
