"""The sessions of a cohort, and the excluded ones."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attnconn_core.errors import CohortError
from attnconn_core.records.session import Session

__all__ = ["Cohort"]

# Session names that give an order in time; 1 for all others.
_WHEN_UNSAID = 1
_WHEN = {
    **dict.fromkeys(("baseline", "base", "bl", "pre", "before", "pretest", "first"), 0),
    **dict.fromkeys(("post", "after", "posttest", "retest", "second"), 2),
    **dict.fromkeys(("followup", "fu", "third"), 3),
}
_TEST_AND_RETEST = ("test", "retest")


@dataclass(frozen=True)
class Cohort:
    """The sessions that a cohort result is computed from, and the excluded ones.

    Attributes
    ----------
    sessions
        Sessions, each once, sorted by subject and session.
    excluded
        Session key → reason for the exclusion.
    compared
        Names of the two sessions of a subject that are test and retest. Default: ``test`` and
        ``retest``, if any sessions have these names, otherwise each subject's first two.

    Raises
    ------
    CohortError
        If a session occurs twice, or is both included and excluded.

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
                f"a session must occur only once in a cohort; more than once: {', '.join(twice)}"
            )
        object.__setattr__(self, "sessions", ordered)

    @property
    def subjects(self) -> tuple[str, ...]:
        """All subjects, each once, in order."""
        return tuple(dict.fromkeys(session.subject for session in self.sessions))

    def pairs(self) -> tuple[tuple[Session, Session], ...]:
        """Return the test and retest session of every subject that has both."""
        by_subject: dict[str, list[Session]] = {}
        for session in sorted(self.sessions, key=lambda session: _in_time(session.session)):
            by_subject.setdefault(session.subject, []).append(session)
        named = [self._named(by_subject[subject]) for subject in self.subjects]
        if self.compared is None and not any(named):
            named = [by_subject[subject][:2] for subject in self.subjects]
        return tuple((pair[0], pair[1]) for pair in named if len(pair) == 2)

    def _named(self, sessions: Sequence[Session]) -> list[Session]:
        """Return a subject's test and retest sessions by name; empty unless both exist."""
        names = self.compared or _TEST_AND_RETEST
        called = {
            session.session if self.compared else session.session.lower(): session
            for session in sessions
        }
        return [called[name] for name in names] if all(name in called for name in names) else []

    def one_each(self) -> tuple[Session, ...]:
        """Return one session per subject: the test session if there is one."""
        tests = {test.key for test, _ in self.pairs()}
        called = (self.compared or _TEST_AND_RETEST)[0]
        chosen: dict[str, Session] = {}
        for session in self.sessions:
            preferred = session.key in tests or session.session == called
            if session.subject not in chosen or preferred:
                chosen[session.subject] = session
        return tuple(chosen.values())

    def unpaired(self) -> tuple[Session, ...]:
        """Return the sessions that are in no test–retest pair."""
        paired = {session.key for pair in self.pairs() for session in pair}
        return tuple(session for session in self.sessions if session.key not in paired)

    @property
    def session_names(self) -> Mapping[str, int]:
        """Session name → number of sessions with this name."""
        counts = Counter(session.session for session in self.sessions)
        return {name: counts[name] for name in sorted(counts, key=_in_time)}

    @property
    def digest(self) -> str:
        """Hash of the sessions, their groups and the compared names: the cohort's version."""
        listed = "\n".join(
            f"{session.key} {session.group or ''}".rstrip() for session in self.sessions
        )
        if self.compared is not None:
            listed += "\n" + " ".join(self.compared)
        return hashlib.sha256(listed.encode()).hexdigest()[:16]


def _in_time(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Return a sort key for session names: pre before post, otherwise in natural order."""
    letters = re.sub(r"[^a-z]", "", name.lower())
    return _WHEN.get(letters, _WHEN_UNSAID), _natural(name)


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a sort key for natural order: 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts if part]
