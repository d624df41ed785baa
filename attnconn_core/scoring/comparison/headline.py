"""The table of all methods: a column per measure, and what it says in words."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from attnconn_core.scoring.comparison.measured import METHOD, REFERENCE
from attnconn_core.scoring.comparison.support import said_many
from attnconn_core.wording import number

__all__ = ["headline_cells", "in_words"]

_CELLS = ("value", "lower", "upper", "n")
_OF_COLUMN = ("benchmark", "measure", "column", "digits", "unit", "missing")
_NAMED = 3  # methods that share the highest value and are named


def headline_cells(scores: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return a row per method and measure of the table of all methods.

    Any score's measures come in by themselves: those whose verdict has a ``column``.

    Parameters
    ----------
    scores, verdicts
        Of `Comparison`.

    Returns
    -------
    cells
        ``benchmark``, ``measure``, ``column``, ``digits``, ``unit``, ``missing``, ``method``,
        ``value``, ``lower``, ``upper``, ``n``, and ``best``: whether the method is the winner,
        the only one that may be marked. Methods and what they are tested against, such as a
        forecast from each region's own past.
    """
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
) -> tuple[str, ...]:
    """Say who is highest of each measure, how much that is worth, and what is against it.

    Parameters
    ----------
    cells
        From `headline_cells`.
    verdicts
        Of `Comparison`; measures with ``words`` get a sentence.
    label
        Names a method for a reader.
    warnings
        Method → why its matrices must not be interpreted: said of those that are named.
    """
    return tuple(
        _sentence(cells[_of(cells, verdict)], verdict, label, warnings or {})
        for verdict in _columns(verdicts)
        if verdict["words"] and cells.loc[_of(cells, verdict), "value"].notna().any()
    )


def _columns(verdicts: pd.DataFrame) -> list[pd.Series]:
    """Return the verdicts that have a column; a heading of two scores names the score too."""
    if not len(verdicts):
        return []
    shown = verdicts[verdicts["column"] != ""]
    twice = shown["column"].duplicated(keep=False)
    shown = shown.assign(
        column=shown["column"].where(~twice, shown["benchmark"] + " " + shown["column"])
    )
    return [row for _, row in shown.iterrows()]


def _of(table: pd.DataFrame, verdict: pd.Series) -> pd.Series:
    same = table["benchmark"] == verdict["benchmark"]
    return same & (table["measure"] == verdict["measure"])


def _sentence(
    cells: pd.DataFrame,
    verdict: pd.Series,
    label: Callable[[str], str],
    warnings: Mapping[str, str],
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
    if len(highest) == 1 and np.isfinite([first["lower"], first["upper"]]).all():
        ends = (number(first[name], digits) for name in ("lower", "upper"))
        value += ", 95 % interval {} to {}".format(*ends)
    value += f"; n = {int(verdict['n'])} {verdict['unit']}"
    if first["value"] < 0 and (none := verdict.get("words_below_zero", "")):
        return f"{none.format(who=who, value=value)}."
    best = "best" if first["best"] else "highest"
    said = verdict["words"].format(best=best, who=who, value=value)
    worth = (
        ", better than every other method"
        if first["best"]
        else f"; {_hedge(cells, highest, verdict, label)}"
    )
    against = [f" {label(name)}: {warnings[name]}." for name in named if name in warnings]
    return f"{said}{worth}.{''.join(against)}"


def _hedge(
    cells: pd.DataFrame, highest: pd.DataFrame, verdict: pd.Series, label: Callable[[str], str]
) -> str:
    few = verdict["n"] < verdict["fewest"]
    said = (
        f"{int(verdict['n'])} {verdict['unit']} describe this sample and rank nobody"
        if few
        else "nobody is shown to be better than every other"
    )
    needed, following = verdict["n_for_difference"], cells[cells["method"] == verdict["next"]]
    # The next is the one that the number is of, and no reference that stands between them.
    alone = highest["method"].tolist() == [verdict["highest"]]
    if not alone or not len(following) or np.isnan(needed):
        return said
    value = number(following["value"].iloc[0], verdict["digits"])
    return (
        f"{said}, and to tell it from the next ({label(verdict['next'])}, {value}) would take "
        f"{said_many(needed)} {verdict['unit']}"
    )
