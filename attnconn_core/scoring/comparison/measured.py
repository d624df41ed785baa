"""The measures that methods are compared by, gathered from every score into three tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from attnconn_core.scoring.comparison.verdicts import Compared

__all__ = [
    "METHOD",
    "NULL_MODEL",
    "PUBLISHED_VALUE",
    "SHARED_MODEL",
    "Comparable",
    "Comparison",
    "Measured",
    "join_measures",
]

METHOD = "method"
"""Kind of a row: a method of the study, tested against the others."""

NULL_MODEL = "null model"
"""Kind of a row: chance, or what is known without connectivity."""

PUBLISHED_VALUE = "published"
"""Kind of a row: a value from the literature."""

SHARED_MODEL = "one model of all data sets"
"""Kind of a row: one model that reads every data set is one draw, and isn't tested."""

_OF_WHAT = ["benchmark", "measure", "method"]


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure of one score, for all methods.

    Attributes
    ----------
    benchmark
        The score, or the set of networks that methods recovered, as the tables name it.
    measure
        What was measured.
    compared
        The methods, tested against the reference and against each other.
    beside
        Rows that nobody is tested against, with the columns ``kind``, ``method`` and
        ``value``; may be empty.
    drawn
        Whether the figure of the comparison shows it.
    """

    benchmark: str
    measure: str
    compared: Compared
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)
    drawn: bool = True

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the benchmark and the measure in every row."""
        named = table.copy()
        named.insert(0, "benchmark", self.benchmark)
        named.insert(1, "measure", self.measure)
        return named

    def scores(self) -> pd.DataFrame:
        """Return a row per method, then the rows beside them."""
        methods = self.compared.scores.assign(kind=METHOD)
        beside = [self.beside] if len(self.beside) else []
        return self.named(pd.concat([methods, *beside], ignore_index=True))

    def pairs(self) -> pd.DataFrame:
        """Return a row per pair of methods."""
        return self.named(self.compared.pairs)

    def leaders(self) -> pd.DataFrame:
        """Return a row per method that leads."""
        return self.named(pd.DataFrame({"method": self.compared.verdict.leaders}))

    def verdict(self) -> pd.DataFrame:
        """Return the verdict as one row."""
        verdict = self.compared.verdict
        leaders = ", ".join(verdict.leaders)
        row = {"winner": verdict.winner or "", "leaders": leaders, "verdict": verdict.sentence}
        return self.named(pd.DataFrame([row]))


@runtime_checkable
class Comparable(Protocol):
    """A score that methods are compared by."""

    def measures(
        self, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
    ) -> Iterable[Measured]:
        """Compare the methods, from the tables and facts that the score returned."""
        ...


@dataclass(frozen=True, eq=False)
class Comparison:
    """Every measure of every score, joined.

    Attributes
    ----------
    scores
        A row per benchmark, measure and method, and the rows beside the methods; ``warning``
        says why a method's matrices must not be interpreted, and is empty otherwise.
    pairs
        A row per benchmark, measure and pair of methods.
    verdicts
        A row per benchmark and measure.
    drawn
        Of `scores`, the methods of the measures that are drawn, without ``kind``.
    leaders
        A row per benchmark, measure and leading method, of the measures that are drawn.
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
    measures: Iterable[Measured], warnings: Mapping[str, str] | None = None
) -> Comparison:
    """Join the measures of all scores, in their order.

    Parameters
    ----------
    measures
        Of all scores.
    warnings
        Method → why its matrices must not be interpreted.
    """
    every = list(measures)
    drawn = [each for each in every if each.drawn]
    scores = _joined(each.scores() for each in every)
    if len(scores):
        scores["warning"] = [(warnings or {}).get(str(each), "") for each in scores["method"]]
    return Comparison(
        scores=scores,
        pairs=_joined(each.pairs() for each in every),
        verdicts=_joined(each.verdict() for each in every),
        drawn=_joined(each.named(each.compared.scores) for each in drawn),
        leaders=_joined(each.leaders() for each in drawn),
    )


def _joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    held = [table for table in tables if len(table)]
    return pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=_OF_WHAT)
