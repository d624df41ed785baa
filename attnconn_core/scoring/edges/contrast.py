"""Contrast of two groups of subjects: the edges in which they differ, for every method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from attnconn_core.errors import CohortError
from attnconn_core.records import Cohort, Connectivity
from attnconn_core.scoring.categories import spelled_twice
from attnconn_core.scoring.edges.network_based_statistic import (
    NetworkBasedStatistic,
    network_based_statistic,
)
from attnconn_core.scoring.score import EarlyCheck, MethodTraits, Read, Scored, ScoreData
from attnconn_core.wording import first_few

__all__ = ["ContrastDetails", "GroupContrast"]

_LEVEL = 0.05
_SHOWN = 8


@dataclass(frozen=True, eq=False)
class ContrastDetails:
    """Data for the figure of a contrast.

    Attributes
    ----------
    shown
        One matrix per method: t in components with p below `level`, NaN elsewhere.
    level
        Level of p.
    difference
        The difference that t tests, such as ``"Sex F minus M"``.
    """

    shown: tuple[Connectivity, ...]
    level: float
    difference: str


@dataclass(frozen=True)
class GroupContrast:
    """The score of edges in which two groups of subjects differ.

    Attributes
    ----------
    column
        Column of the phenotype table, after coding.
    first
        Value of the column that marks the first group. Where t is positive, this group has the
        larger values.
    second
        Value of the column that marks the second group.
    threshold
        Least t of an edge in a component; see `network_based_statistic`.
    side
        Which differences count: first above second (``"greater"``), below, or both.
    size
        Size of a component: its number of edges (``"extent"``), or the sum by which they exceed
        the threshold (``"intensity"``).
    permutations
        Number of random assignments of subjects to the groups, for the p value.
    seed
        Seed of these assignments.
    """

    name: ClassVar[str] = "group_contrast"
    label: ClassVar[str] = "Group contrast"
    description: ClassVar[str] = (
        "In which connected edges two groups of subjects differ: the network-based statistic."
    )
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices", "phenotypes", "regions"})

    column: str
    first: Annotated[float, Field(allow_inf_nan=False)] | str
    second: Annotated[float, Field(allow_inf_nan=False)] | str
    threshold: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 3.0
    side: Literal["both", "greater", "less"] = "both"
    size: Literal["extent", "intensity"] = "extent"
    permutations: Annotated[int, Field(ge=1)] = 5000
    seed: Annotated[int, Field(ge=0)] = 0

    def score(self, data: ScoreData) -> Scored:
        """Return the components in which the groups differ, for every method.

        Returns
        -------
        scored
            ``scores``: one row per method with ``p`` (the least over its components, NaN without
            any) and the numbers of ``components`` and ``edges``. ``components``: one row per edge
            of a component with ``method``, ``component`` (from 1), ``p``, ``size``, ``target``,
            ``source`` and ``t``.

        Raises
        ------
        CohortError
            If a group has fewer than 2 subjects, or its value is written in two ways.
        """
        groups = self._groups(data.cohort, data.phenotypes)
        regions = data.regions.regions
        scores, tables, shown = [], [], []
        for method in data.methods:
            statistic = self._contrasted(data, method, groups)
            scores.append(_score_row(method.name, statistic))
            tables.append(_components(method.name, statistic, regions))
            shown.append(_shown(method, statistic, regions))
        result = self._in_words(scores, data.methods, groups)
        return Scored(
            {
                "scores": pd.DataFrame(scores),
                "components": pd.concat(tables, ignore_index=True),
            },
            {"subjects of first": len(groups[0]), "subjects of second": len(groups[1])},
            ContrastDetails(
                tuple(shown), _LEVEL, f"{self.column} {self.first} minus {self.second}"
            ),
            notes=(*self._notes(data.cohort, data.phenotypes), result),
        )

    def check_early(self, cohort: Cohort, phenotypes: pd.DataFrame | None) -> EarlyCheck:
        """Return how many subjects each group has; see `CheckedEarly`.

        Raises
        ------
        CohortError
            As `score` does.
        """
        if phenotypes is None:
            raise CohortError("a contrast needs a phenotype table")
        first, second = map(len, self._groups(cohort, phenotypes))
        return EarlyCheck(
            f"group_contrast compares {first} subjects whose {self.column} is {self.first} with "
            f"{second} whose {self.column} is {self.second}",
            self._notes(cohort, phenotypes),
        )

    def _notes(self, cohort: Cohort, phenotypes: pd.DataFrame) -> tuple[str, ...]:
        """Return a note on subjects in neither group, for example because of another spelling."""
        values = phenotypes[self.column].reindex(cohort.subjects)
        others = values[~values.isin([self.first, self.second])]
        if others.empty:
            return ()
        held = [f"{value!r} ({n})" for value, n in others.value_counts().items()]
        held += [f"nothing ({others.isna().sum()})"] if others.isna().any() else []
        return (
            f"group_contrast leaves out {len(others)} of {len(values)} subjects, whose "
            f"{self.column} is neither {self.first!r} nor {self.second!r} but "
            f"{first_few(held, _SHOWN)}",
        )

    def _in_words(
        self,
        rows: Sequence[Mapping[str, Any]],
        methods: Sequence[MethodTraits],
        groups: Sequence[Sequence[str]],
    ) -> str:
        """Return in which methods the groups differ, and how many methods were tested."""
        significant = [
            f"{method.label} (p = {row['p']:.2g})"
            for row, method in zip(rows, methods, strict=True)
            if row["p"] < _LEVEL
        ]
        return (
            f"{self.label}, {self.column} {self.first} minus {self.second}: components of edges "
            f"with p < {_LEVEL:g} in {len(significant)} of {len(rows)} methods, not corrected for "
            f"their number (n = {len(groups[0])} and {len(groups[1])})"
            + (f": {', '.join(significant)}" if significant else "")
        )

    def _groups(self, cohort: Cohort, phenotypes: pd.DataFrame) -> list[list[str]]:
        """Return one session key per subject, for each of the two groups."""
        values = phenotypes[self.column].to_dict() if self.column in phenotypes else {}
        groups: list[list[str]] = [
            [s.key for s in cohort.one_each() if values.get(s.subject) == value]
            for value in (self.first, self.second)
        ]
        if min(len(group) for group in groups) < 2:
            raise CohortError(
                f"a contrast needs 2 subjects per group; {self.column} is {self.first!r} for "
                f"{len(groups[0])} and {self.second!r} for {len(groups[1])}; "
                f"{self._there(phenotypes)}"
            )
        self._require_one_spelling(phenotypes[self.column].reindex(cohort.subjects).dropna())
        return groups

    def _require_one_spelling(self, values: pd.Series) -> None:
        """Require one spelling: with both F and Female, some subjects would be in neither group."""
        for written in spelled_twice(values):
            if {str(self.first), str(self.second)} & set(written):
                raise CohortError(
                    f"a contrast needs each group to be written in one way; {self.column} is "
                    f"{' and '.join(map(repr, written))}: write one of them throughout"
                )

    def _there(self, phenotypes: pd.DataFrame) -> str:
        """Return, in words, what the column holds, or that there is none."""
        if self.column not in phenotypes:
            return f"the phenotype table has no column {self.column}"
        values = phenotypes[self.column].dropna().unique()
        return f"it holds {first_few([repr(value) for value in values.tolist()], _SHOWN)}"

    def _contrasted(
        self, data: ScoreData, method: MethodTraits, groups: Sequence[Sequence[str]]
    ) -> NetworkBasedStatistic:
        first, second = (
            np.stack([data.whole_scan(method.name, key).values for key in group])
            for group in groups
        )
        return network_based_statistic(
            first,
            second,
            threshold=self.threshold,
            side=self.side,
            size=self.size,
            permutations=self.permutations,
            symmetric=not method.directed,
            seed=self.seed,
        )


def _score_row(method: str, statistic: NetworkBasedStatistic) -> dict[str, object]:
    return {
        "method": method,
        "p": min((component.p for component in statistic.components), default=float("nan")),
        "components": len(statistic.components),
        "edges": sum(len(component.edges) for component in statistic.components),
    }


def _components(
    method: str, statistic: NetworkBasedStatistic, regions: Sequence[str]
) -> pd.DataFrame:
    rows = [
        (method, number, component.p, component.size, regions[t], regions[s], statistic.t[t, s])
        for number, component in enumerate(statistic.components, start=1)
        for t, s in component.edges
    ]
    columns = ["method", "component", "p", "size", "target", "source", "t"]
    return pd.DataFrame(rows, columns=columns)


def _shown(
    method: MethodTraits, statistic: NetworkBasedStatistic, regions: tuple[str, ...]
) -> Connectivity:
    """Return t in the components with p below the level, NaN elsewhere."""
    shown = np.full(statistic.t.shape, np.nan)
    for component in statistic.components:
        if component.p < _LEVEL:
            for t, s in component.edges:
                shown[t, s] = statistic.t[t, s]
                if not method.directed:
                    shown[s, t] = statistic.t[t, s]
    return Connectivity(shown, regions, method.name, method.directed)
