"""Measures on which methods are compared, joined from all scores into three tables."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from attnconn_core.scoring.comparison.verdicts import Compared

__all__ = [
    "METHOD",
    "NULL_MODEL",
    "PUBLISHED_VALUE",
    "REFERENCE",
    "SHARED_MODEL",
    "Comparable",
    "Comparison",
    "Measured",
    "join_measures",
    "with_score_column",
]

METHOD = "method"
"""Kind of row: a method of the study, tested against the others."""

NULL_MODEL = "null model"
"""Kind of row: chance, or what is predicted without connectivity."""

REFERENCE = "reference"
"""Kind of row: a named reference that methods are tested against."""

PUBLISHED_VALUE = "published"
"""Kind of row: a value from the literature."""

SHARED_MODEL = "one model of all data sets"
"""Kind of row: one model for all data sets, which is a single draw and isn't tested."""

_OF_WHAT = ["score", "measure", "method"]
_FORMER = {"benchmark": "score"}  # in tables that version 0.1 stored


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure of one score, for all methods.

    Attributes
    ----------
    score
        Name of the score, or of the data sets with ground truth, in the tables.
    measure
        Name of the measure.
    compared
        The methods, tested against the reference and against each other.
    beside
        Rows that take part in no test, with the columns ``kind``, ``method`` and
        ``value``; may be empty.
    drawn
        Whether the figure of the comparison shows the measure.
    column
        Its heading in the table of all methods. None: the name of the measure, if it is drawn.
        Empty: no column.
    digits
        Number of decimals in that table.
    words
        Template of a sentence about the highest method, such as ``"The {best} R² is that of
        {who} ({value})"``: ``{best}`` becomes "best" for a winner and "highest" otherwise;
        ``{value}`` includes the interval and n. Empty: no sentence.
    missing
        Why values or intervals are missing; empty if none are.
    words_below_zero
        The sentence used instead if the highest value is below 0, so that no method succeeds.
    """

    score: str
    measure: str
    compared: Compared
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)
    drawn: bool = True
    column: str | None = None
    digits: int = 3
    words: str = ""
    missing: str = ""
    words_below_zero: str = ""

    @property
    def heading(self) -> str:
        """The heading in the table of all methods; empty if the measure has no column there."""
        if self.column is not None:
            return self.column
        return self.measure if self.drawn else ""

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with columns for the score and the measure added."""
        named = table.copy()
        named.insert(0, "score", self.score)
        named.insert(1, "measure", self.measure)
        return named

    def scores(self) -> pd.DataFrame:
        """Return one row per method, followed by the rows of `beside`."""
        methods = self.compared.scores.assign(kind=METHOD)
        beside = [self.beside] if len(self.beside) else []
        return self.named(pd.concat([methods, *beside], ignore_index=True))

    def with_support(self) -> pd.DataFrame:
        """Return one row per method, with the unit of ``n`` and the ``fewest`` for a winner."""
        support = self.compared.support
        return self.compared.scores.assign(unit=support.unit, fewest=support.fewest)

    def pairs(self) -> pd.DataFrame:
        """Return one row per pair of methods."""
        return self.named(self.compared.pairs)

    def leaders(self) -> pd.DataFrame:
        """Return one row per leading method."""
        return self.named(pd.DataFrame({"method": self.compared.verdict.leaders}))

    def verdict(self) -> pd.DataFrame:
        """Return the verdict as one row."""
        verdict, support = self.compared.verdict, self.compared.support
        row = {
            "winner": verdict.winner or "",
            "leaders": ", ".join(verdict.leaders),
            "verdict": verdict.sentence,
            "n": support.units,
            "unit": support.unit,
            "fewest": support.fewest,
            "n_for_reference": support.for_reference,
            "n_for_difference": support.for_difference,
            "highest": support.two_highest[0] if support.two_highest else "",
            "next": support.two_highest[1] if support.two_highest else "",
            "column": self.heading,
            "digits": self.digits,
            "words": self.words,
            "words_below_zero": self.words_below_zero,
            "missing": self.missing,
        }
        return self.named(pd.DataFrame([row]))


@runtime_checkable
class Comparable(Protocol):
    """A score on which methods can be compared."""

    def measures(
        self, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
    ) -> Iterable[Measured]:
        """Compare the methods, given the tables and facts that the score returned."""
        ...


@dataclass(frozen=True, eq=False)
class Comparison:
    """All measures of all scores, joined.

    Attributes
    ----------
    scores
        One row per score, measure and method, followed by the rows of `Measured.beside`;
        ``warning`` is why a method's matrices must not be interpreted, or empty;
        ``cohort_informed`` is whether they rest on other subjects' data.
    pairs
        One row per score, measure and pair of methods.
    verdicts
        One row per score and measure: ``winner``, ``leaders`` and ``verdict`` in words; ``n``
        units and their name (``unit``); the ``fewest`` units for which a winner is named; how
        many units the ``highest`` method would need against the reference (``n_for_reference``)
        and against the ``next`` (``n_for_difference``), at least ``fewest``; ``column``,
        ``digits``, ``words``, ``words_below_zero`` and ``missing`` of `Measured`.
    drawn
        The methods in `scores` for the measures that are drawn, without ``kind``; with ``unit``
        and ``fewest`` of `Support`.
    leaders
        One row per score, measure and leading method, for the measures that are drawn.
    """

    scores: pd.DataFrame
    pairs: pd.DataFrame
    verdicts: pd.DataFrame
    drawn: pd.DataFrame
    leaders: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The three tables that are stored, by name."""
        return {"scores": self.scores, "pairs": self.pairs, "verdicts": self.verdicts}


def join_measures(
    measures: Iterable[Measured],
    warnings: Mapping[str, str] | None = None,
    informed: Collection[str] = (),
) -> Comparison:
    """Join the measures of all scores, in their order.

    Parameters
    ----------
    measures
        Measures of all scores.
    warnings
        Method → why its matrices must not be interpreted.
    informed
        Names of methods that rest on other subjects' data.
    """
    every = list(measures)
    drawn = [measure for measure in every if measure.drawn]
    scores = _joined(measure.scores() for measure in every)
    if len(scores):
        scores["warning"] = [(warnings or {}).get(str(method), "") for method in scores["method"]]
        scores["cohort_informed"] = scores["method"].isin([*informed])
    return Comparison(
        scores=scores,
        pairs=_joined(measure.pairs() for measure in every),
        verdicts=_joined(measure.verdict() for measure in every),
        drawn=_joined(measure.named(measure.with_support()) for measure in drawn),
        leaders=_joined(measure.leaders() for measure in drawn),
    )


def with_score_column(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose column ``score`` has that name.

    Tables that version 0.1 stored call it ``benchmark``.

    Examples
    --------
    >>> stored = pd.DataFrame({"benchmark": ["fingerprint"], "measure": ["accuracy"]})
    >>> list(with_score_column(stored).columns)
    ['score', 'measure']
    """
    return table if "score" in table else table.rename(columns=_FORMER)


def _joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    held = [table for table in tables if len(table)]
    return pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=_OF_WHAT)
