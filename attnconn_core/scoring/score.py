"""What every score has in common: what it may read of a study, and what it returns."""

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

#: Everything that a score may declare in `Score.reads`.
READS: frozenset[str] = frozenset(get_args(Read))


@runtime_checkable
class MethodTraits(Protocol):
    """What a score and its figures may know of a method."""

    @property
    def name(self) -> str:
        """The name in tables, such as ``"pearson"``."""
        ...

    @property
    def label(self) -> str:
        """The name that readers see."""
        ...

    @property
    def directed(self) -> bool:
        """Whether [target, source] and [source, target] may differ."""
        ...

    @property
    def signed(self) -> bool:
        """Whether values of both signs are meant."""
        ...

    @property
    def needs(self) -> str:
        """What it is estimated from beside the series, such as a cohort or a model."""
        ...

    @property
    def penalties(self) -> tuple[float, ...]:
        """The penalties that its matrices may be read at; none where it has no such thing."""
        ...


@dataclass(frozen=True, eq=False)
class Repeats:
    """One session's matrices by one method, estimated again.

    Attributes
    ----------
    halves
        From the first and the second half of its frames, by models of two seeds where a study
        trains with several; None where there is none.
    reseeded
        Number of the seed → from the whole scan, by a model trained with that seed. Empty for
        methods that rest on no trained model.
    left_out
        What is missing → why, such as ``{"halves": "…"}``.
    """

    halves: tuple[Connectivity, Connectivity] | None = None
    reseeded: Mapping[int, Connectivity] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


# A base class and no Protocol: before Python 3.12 `isinstance` with a protocol evaluates
# every property, and to read a property of this is to read the study.
class ScoreData(ABC):
    """What a score may read of a study; the class that implements it records what was read."""

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
        """What two sessions of a subject are: two scans, or two halves of one."""

    @property
    @abstractmethod
    def phenotypes(self) -> pd.DataFrame:
        """What is known of the subjects: a row per subject, who is the index."""

    @property
    @abstractmethod
    def pools(self) -> Mapping[str, int]:
        """Subject → number of the cohort model that reads it; empty without such models."""

    @property
    @abstractmethod
    def test_fraction(self) -> float:
        """The share at the end of every scan that no model was trained on."""

    @abstractmethod
    def series(self, session_key: str) -> TimeSeries:
        """Read the time series of a session."""

    @abstractmethod
    def matrices(self, method: str, session_key: str) -> Mapping[int, Connectivity]:
        """Read a session's matrices by number of frames; the largest is the whole scan's."""

    @abstractmethod
    def matrices_at(
        self, method: str, penalty: float, session_key: str
    ) -> Mapping[int, Connectivity]:
        """Read a session's matrices at one of the method's penalties, as `matrices` does.

        Lengths that can't be estimated at it are missing.
        """

    @abstractmethod
    def metrics(self, method: str, session_key: str) -> Mapping[str, float]:
        """Read what the method measured on the whole scan, without reading the matrix."""

    @abstractmethod
    def repeats(self, method: str, session_key: str) -> Repeats:
        """Read what a method finds in the halves of a session, and by models of other seeds."""

    @abstractmethod
    def linear_forecasts(self, session_key: str) -> Mapping[str, Mapping[str, float]]:
        """Read what the session's linear forecasters are worth on its test frames.

        Name of a forecaster → its R², squared error and whether it is ``cohort_informed``,
        in the order of `attnconn_core.forecasting.LINEAR_FORECASTERS`. Those that rest on
        other subjects' data are missing where there are none.
        """

    def whole_scan(self, method: str, session_key: str) -> Connectivity:
        """Read the matrix that rests on the whole scan."""
        matrices = self.matrices(method, session_key)
        return matrices[max(matrices)]


@dataclass(frozen=True, eq=False)
class Scored:
    """What a score found.

    Attributes
    ----------
    tables
        By name. The first is ``scores``, whose column ``method`` says what a row is of.
    facts
        What else is to be stored, as JSON.
    details
        Records that figures need and that no table holds; they aren't stored.
    notes
        Sentences about what was left out or looks wrong, for people to read.
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

    A score is a frozen dataclass whose fields are its settings. One that methods are
    compared by also has ``measures(tables, facts) -> Iterable[Measured]``, see
    `attnconn_core.scoring.comparison.measured.Comparable`.

    Attributes
    ----------
    name
        Of the score among all scores.
    label
        The name that readers see.
    description
        What the score says, in one sentence.
    reads
        What it reads of `ScoreData` beside `methods` and `cohort`.
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
    """What a score finds out before anything is computed.

    Attributes
    ----------
    would
        What it would score, in a line.
    notes
        What is worth knowing, and may not be meant.
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
    """A score that can be held against the subjects before anything is computed."""

    def check_early(self, cohort: Cohort, phenotypes: pd.DataFrame | None) -> EarlyCheck:
        """Return what the score would be of.

        Parameters
        ----------
        cohort
            Every session that may be scored; fewer may come to be.
        phenotypes
            A row per subject, as `ScoreData.phenotypes`; None for a score that reads none.

        Raises
        ------
        CohortError
            If the score can't be made of these sessions, and so of no fewer.
        """
        ...


@runtime_checkable
class Cautious(Protocol):
    """A score that may say of a method that its matrices must not be interpreted."""

    def cautions(self, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
        """Return method → why not, from the tables that the score returned."""
        ...
