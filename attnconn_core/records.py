"""The records that every room passes on, and the axis names they share.

Series are always (time, region) and connectivity is always [target, source]:
row = the region predicted, column = the region that informs it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Shaped

from attnconn_core.errors import CohortError, IdentifierError, ParameterError, SeriesError
from attnconn_core.names import composed

__all__ = [
    "Cohort",
    "Connectivity",
    "Session",
    "TimeSeries",
    "check_identifier",
    "subject_of",
]

# Words that say when a session was; 1 for all others.
_WHEN_UNSAID = 1
_WHEN = {
    **dict.fromkeys(("baseline", "base", "bl", "pre", "before", "pretest", "first"), 0),
    **dict.fromkeys(("post", "after", "posttest", "second"), 2),
    **dict.fromkeys(("followup", "fu", "third"), 3),
}
_TEST_AND_RETEST = ("test", "retest")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


def check_identifier(value: str, what: str) -> str:
    """Return `value` if it can name a subject or a session.

    Identifiers come from file names and tables and go into paths and partition
    keys, so this is the one door they pass.

    Raises
    ------
    IdentifierError
        Unless `value` is 1 to 64 letters, digits and hyphens that start with a
        letter or digit.
    """
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise IdentifierError(
            f"{what} must be 1 to 64 letters, digits and hyphens, "
            f"the first a letter or digit; got {value!r}"
        )
    return value


@dataclass(frozen=True, order=True)
class Session:
    """One subject on one occasion: what a scan is of, and where it lies.

    Attributes
    ----------
    subject, session
        Identifiers such as ``"100307"`` and ``"test"``.
    files
        The scan files, one a run or one for all.
    group
        ``"train"`` or ``"test"`` where the study says who trains, else None.
    """

    subject: str
    session: str
    files: tuple[Path, ...] = ()
    group: str | None = None

    def __post_init__(self) -> None:
        check_identifier(self.subject, "a subject")
        check_identifier(self.session, f"a session of subject {self.subject}")

    @property
    def key(self) -> str:
        """The partition key, ``sub-<subject>_ses-<session>``."""
        return f"sub-{self.subject}_ses-{self.session}"


def subject_of(session_key: str) -> str:
    """Return the subject that a session's key names.

    Examples
    --------
    >>> subject_of(Session("100307", "test").key)
    '100307'
    """
    return session_key.partition("_ses-")[0].removeprefix("sub-")


@dataclass(frozen=True, eq=False)
class TimeSeries:
    """The signal of every region, one array for each uninterrupted run.

    Attributes
    ----------
    runs
        Arrays of (time, region); turned to float32.
    repetition_time
        Seconds from one frame to the next.
    regions
        One name a column, each once.

    Raises
    ------
    SeriesError
        If there is no run, a run isn't (time, region), the regions don't name the
        columns one to one, or the repetition time isn't a positive number. Values
        may be anything: `attnconn_core.timeseries.require_sound` is the door for
        those.
    """

    runs: tuple[Shaped[np.ndarray, "..."], ...]
    repetition_time: float
    regions: tuple[str, ...]

    def __post_init__(self) -> None:
        runs = tuple(np.asarray(run, dtype=np.float32) for run in self.runs)
        regions = tuple(composed(str(name)) for name in self.regions)
        if not runs:
            raise SeriesError("a time series needs at least one run; got none")
        for number, run in enumerate(runs, start=1):
            if run.ndim != 2 or run.shape[1] != len(regions):
                raise SeriesError(
                    f"run {number} must have shape (time, {len(regions)}), a column a region; "
                    f"got {run.shape}"
                )
        _check_regions(regions)
        repetition_time = float(self.repetition_time)
        if not (np.isfinite(repetition_time) and repetition_time > 0):
            raise SeriesError(
                f"the repetition time must be a positive number of seconds; got {repetition_time}"
            )
        object.__setattr__(self, "runs", runs)
        object.__setattr__(self, "regions", regions)
        object.__setattr__(self, "repetition_time", repetition_time)

    @property
    def values(self) -> Float32[np.ndarray, "time region"]:
        """All runs stacked in time; nothing that looks back in time may use this."""
        return self.runs[0] if len(self.runs) == 1 else np.concatenate(self.runs)

    @property
    def n_frames(self) -> int:
        """Frames over all runs."""
        return sum(len(run) for run in self.runs)

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.regions)


@dataclass(frozen=True, eq=False)
class Connectivity:
    """One method's connectivity of one scan.

    Attributes
    ----------
    values
        (target, source); float64.
    regions
        One name a row and column.
    method
        The estimator's name, such as ``"pearson"``.
    directed
        Whether [target, source] and [source, target] may differ.
    metrics
        What the estimator measured on the way, such as Granger's ``r2``.

    Raises
    ------
    ParameterError
        If the values aren't square with a row a region.
    """

    values: Float[np.ndarray, "target source"]
    regions: tuple[str, ...]
    method: str
    directed: bool
    metrics: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        regions = tuple(str(name) for name in self.regions)
        if values.shape != (len(regions), len(regions)):
            raise ParameterError(
                f"connectivity must have shape ({len(regions)}, {len(regions)}), "
                f"a row and a column a region; got {values.shape}"
            )
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "regions", regions)
        object.__setattr__(self, "metrics", dict(self.metrics))


@dataclass(frozen=True)
class Cohort:
    """The sessions that a group result rests on, and those it leaves out.

    Attributes
    ----------
    sessions
        In order of subject and session, each once.
    excluded
        Session key → why it was left out.
    compared
        Which two sessions of a subject are test and retest. Without it they are those called
        ``test`` and ``retest``, if any are, and otherwise each subject's first two.

    Raises
    ------
    CohortError
        If a session occurs twice, or is both in and out.

    Examples
    --------
    >>> cohort = Cohort(tuple(Session("01", session) for session in ("10", "2", "1")))
    >>> [(test.session, retest.session) for test, retest in cohort.pairs()]
    [('1', '2')]
    """

    sessions: tuple[Session, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    compared: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.sessions, key=lambda session: session.key))
        keys = [session.key for session in ordered]
        counts = Counter([*keys, *self.excluded])
        twice = sorted(key for key, count in counts.items() if count > 1)
        if twice:
            raise CohortError(
                f"a session may occur once in a cohort; more often: {', '.join(twice)}"
            )
        object.__setattr__(self, "sessions", ordered)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Every subject once, in order."""
        return tuple(dict.fromkeys(session.subject for session in self.sessions))

    def pairs(self) -> tuple[tuple[Session, Session], ...]:
        """Pair the test and retest sessions of every subject that has both."""
        by_subject: dict[str, list[Session]] = {}
        for session in sorted(self.sessions, key=lambda each: _in_time(each.session)):
            by_subject.setdefault(session.subject, []).append(session)
        named = [self._named(by_subject[subject]) for subject in self.subjects]
        if self.compared is None and not any(named):
            named = [by_subject[subject][:2] for subject in self.subjects]
        return tuple((pair[0], pair[1]) for pair in named if len(pair) == 2)

    def _named(self, sessions: Sequence[Session]) -> list[Session]:
        """Return a subject's test and retest by their names; nothing unless both are there."""
        names = self.compared or _TEST_AND_RETEST
        called = {
            each.session if self.compared else each.session.lower(): each for each in sessions
        }
        return [called[name] for name in names] if all(name in called for name in names) else []

    def one_each(self) -> tuple[Session, ...]:
        """Take one session of every subject: the test session where there is one."""
        tests = {test.key for test, _ in self.pairs()}
        called = (self.compared or _TEST_AND_RETEST)[0]
        chosen: dict[str, Session] = {}
        for session in self.sessions:
            preferred = session.key in tests or session.session == called
            if session.subject not in chosen or preferred:
                chosen[session.subject] = session
        return tuple(chosen.values())

    def unpaired(self) -> tuple[Session, ...]:
        """List the sessions that no pair holds."""
        paired = {session.key for pair in self.pairs() for session in pair}
        return tuple(session for session in self.sessions if session.key not in paired)

    @property
    def session_names(self) -> Mapping[str, int]:
        """How sessions are called, and how many are."""
        counts = Counter(session.session for session in self.sessions)
        return {name: counts[name] for name in sorted(counts, key=_in_time)}

    @property
    def digest(self) -> str:
        """A hash of who is in, in which group, and what is compared: a group result's version."""
        listed = "\n".join(f"{each.key} {each.group or ''}".rstrip() for each in self.sessions)
        if self.compared is not None:
            listed += "\n" + " ".join(self.compared)
        return hashlib.sha256(listed.encode()).hexdigest()[:16]


def _in_time(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Order names as sessions follow each other: pre before post, else as people count."""
    letters = re.sub(r"[^a-z]", "", name.lower())
    return _WHEN.get(letters, _WHEN_UNSAID), _natural(name)


def _natural(name: str) -> list[tuple[int, str]]:
    """Order names as people count: 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts if part]


def _check_regions(regions: Sequence[str]) -> None:
    if len(set(regions)) != len(regions):
        twice = sorted({name for name in regions if list(regions).count(name) > 1})
        raise SeriesError(
            f"every region needs a name of its own; more than once: {', '.join(twice[:5])}"
        )
    if any(not name for name in regions):
        raise SeriesError(
            f"every region needs a name; number {list(regions).index('') + 1} has none"
        )
