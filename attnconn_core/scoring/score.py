"""The interface of scores: what a score may read of a study, and what it returns."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, get_args, runtime_checkable

import pandas as pd

from attnconn_core.errors import ParameterError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, TimeSeries
from attnconn_core.sources import Design

__all__ = [
    "READS",
    "Cautious",
    "CheckedEarly",
    "CheckedWithinPools",
    "ChoosesPenalties",
    "EarlyCheck",
    "MethodTraits",
    "Read",
    "Repeats",
    "Score",
    "ScoreData",
    "Scored",
]

Read = Literal[
    "matrices",
    "metrics",
    "series",
    "linear_forecasts",
    "penalties",
    "phenotypes",
    "pools",
    "regions",
    "repeats",
]

#: All values that `Score.reads` may contain.
READS: frozenset[str] = frozenset(get_args(Read))


@runtime_checkable
class MethodTraits(Protocol):
    """Traits of a method that scores and their figures may use."""

    @property
    def name(self) -> str:
        """The name in tables, such as ``"pearson"``."""
        ...

    @property
    def label(self) -> str:
        """The name for readers."""
        ...

    @property
    def directed(self) -> bool:
        """Whether [target, source] and [source, target] may differ."""
        ...

    @property
    def signed(self) -> bool:
        """Whether the sign of a value has a meaning."""
        ...

    @property
    def needs(self) -> str:
        """What it is estimated from besides the series, such as a cohort or a model."""
        ...

    @property
    def penalties(self) -> tuple[float, ...]:
        """The penalties at which its matrices can be read; empty for methods without penalties."""
        ...


@dataclass(frozen=True, eq=False)
class Repeats:
    """One session's matrices by one method, from repeated estimation.

    Attributes
    ----------
    halves
        Matrices of the first and the second half of its frames, by models of two seeds if the
        study trains with several; None if there are none.
    reseeded
        Further seed → matrix of the complete scan by the model that was trained with it.
        Empty for methods without a trained model.
    left_out
        What is missing → why, such as ``{"halves": "…"}``.
    """

    halves: tuple[Connectivity, Connectivity] | None = None
    reseeded: Mapping[int, Connectivity] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


# A base class and no Protocol: before Python 3.12 `isinstance` with a protocol evaluates
# every property, and evaluating a property of this class reads the study.
class ScoreData(ABC):
    """What a score may read of a study; the implementation records what was read."""

    @property
    @abstractmethod
    def methods(self) -> Sequence[MethodTraits]:
        """The methods that are scored, in the order in which they are shown."""

    @property
    @abstractmethod
    def cohort(self) -> Cohort:
        """The sessions that have a matrix by every method."""

    @property
    @abstractmethod
    def regions(self) -> RegionTable:
        """The regions of every matrix and series, and the networks they belong to."""

    @property
    @abstractmethod
    def design(self) -> Design:
        """Whether a subject's two sessions are two scans, or two halves of one."""

    @property
    @abstractmethod
    def phenotypes(self) -> pd.DataFrame:
        """Phenotypes: one row per subject; the subject is the index."""

    @property
    @abstractmethod
    def pools(self) -> Mapping[str, int]:
        """Subject → number of the cohort model that reads it; empty without such models."""

    @property
    @abstractmethod
    def test_fraction(self) -> float:
        """The share at the end of every scan on which no model was trained."""

    @abstractmethod
    def series(self, session_key: str) -> TimeSeries:
        """Read the time series of a session."""

    @abstractmethod
    def matrices(self, method: str, session_key: str) -> Mapping[int, Connectivity]:
        """Read a session's matrices by number of frames; the largest is of the complete scan."""

    @abstractmethod
    def matrices_at(
        self, method: str, penalty: float, session_key: str
    ) -> Mapping[int, Connectivity]:
        """Read a session's matrices at one of the method's penalties, as `matrices` does.

        Scan lengths at which estimation fails are missing.
        """

    @abstractmethod
    def metrics(self, method: str, session_key: str) -> Mapping[str, float]:
        """Read what the method measured on the complete scan, without reading the matrix."""

    @abstractmethod
    def repeats(self, method: str, session_key: str) -> Repeats:
        """Read a method's matrices of a session's halves, and those by models of other seeds."""

    @abstractmethod
    def linear_forecasts(self, session_key: str) -> Mapping[str, Mapping[str, float]]:
        """Read the skill of the session's linear forecasters on its test frames.

        Name of a forecaster → its R², squared error and whether it is ``cohort_informed``,
        in the order of `attnconn_core.forecasting.LINEAR_FORECASTERS`. Forecasters that need
        other subjects' data are missing if there are no other subjects.
        """

    def whole_scan(self, method: str, session_key: str) -> Connectivity:
        """Read the matrix of the complete scan."""
        matrices = self.matrices(method, session_key)
        return matrices[max(matrices)]


@dataclass(frozen=True, eq=False)
class Scored:
    """The result of a score.

    Attributes
    ----------
    tables
        Tables by name. The first is ``scores``, with the column ``method``.
    facts
        Further results to store as JSON.
    details
        Records that figures need and that no table holds; they aren't stored.
    notes
        Sentences for readers on what was left out or looks wrong.
    """

    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any] = field(default_factory=dict)
    details: Any = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if next(iter(self.tables), None) != "scores" or "method" not in self.tables["scores"]:
            raise ParameterError(
                "the first table of a score must be 'scores', with a column 'method'; got "
                + (
                    ", ".join(
                        f"{name} ({', '.join(map(str, table))})"
                        for name, table in self.tables.items()
                    )
                    or "none"
                )
            )


@runtime_checkable
class Score(Protocol):
    """What the methods of a study are worth on one question.

    A score is a frozen dataclass whose fields are its settings. A score on which methods are
    compared also has ``measures(tables, facts) -> Iterable[Measured]``, see
    `attnconn_core.scoring.comparison.measured.Comparable`.

    Attributes
    ----------
    name
        Unique name of the score.
    label
        The name for readers.
    description
        What the score measures, in one sentence.
    reads
        What it reads of `ScoreData` besides `methods` and `cohort`.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    reads: ClassVar[frozenset[Read]]

    def score(self, data: ScoreData) -> Scored:
        """Score every method of a study.

        Raises
        ------
        CohortError
            If the study has too few subjects for it.
        ParameterError
            If a setting can't be used.
        """
        ...


class EarlyCheck(NamedTuple):
    """The result of checking a score before anything is computed.

    Attributes
    ----------
    would
        What it would score, in one line.
    notes
        What a user should know, because it may not be intended.
    """

    would: str
    notes: tuple[str, ...] = ()


@runtime_checkable
class ChoosesPenalties(Protocol):
    """A score that reads ``penalties``."""

    def chooses_for(self, methods: Sequence[Any]) -> Sequence[Any]:
        """Return those of a study's methods whose matrices it reads at all their penalties.

        Raises
        ------
        ParameterError
            If there is none.
        """
        ...


@runtime_checkable
class CheckedEarly(Protocol):
    """A score that can be checked against the subjects before anything is computed."""

    def check_early(self, cohort: Cohort, phenotypes: pd.DataFrame | None) -> EarlyCheck:
        """Return what the score would be computed from.

        Parameters
        ----------
        cohort
            Every session that may be scored; some may be missing later.
        phenotypes
            One row per subject, as `ScoreData.phenotypes`; None for a score that reads none.

        Raises
        ------
        CohortError
            If the score can't be computed from these sessions, and so from no subset of them.
        """
        ...


@runtime_checkable
class CheckedWithinPools(Protocol):
    """A score that can be checked early, and whose result depends on the pools of subjects."""

    def check_within_pools(self, cohort: Cohort, pools: Mapping[str, int]) -> EarlyCheck:
        """Return what the score would be computed from.

        Parameters
        ----------
        cohort
            Every session that may be scored; some may be missing later.
        pools
            Subject → number of its pool, as `ScoreData.pools` would be for this cohort.

        Raises
        ------
        CohortError
            If the score can't be computed from these sessions.
        """
        ...


@runtime_checkable
class Cautious(Protocol):
    """A score that can warn against interpreting the matrices of a method."""

    def cautions(self, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
        """Return method → reason of the warning, from the tables that the score returned."""
        ...
