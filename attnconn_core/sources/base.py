"""The interface of a source of scans."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

from attnconn_core.errors import CohortError, InputError, StrayError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries

__all__ = ["DESIGN_LABELS", "SCAN_NAMES", "Design", "Listing", "Source", "require_session"]

Design = Literal["test-retest", "split-half"]

#: What the two sessions of a subject are, which must stand beside every score of theirs.
DESIGN_LABELS: Mapping[Design, str] = MappingProxyType(
    {
        "test-retest": "two scans of each subject: test–retest",
        "split-half": "two halves of one run: split-half, not test–retest",
    }
)

#: What the two sessions of a subject are called.
SCAN_NAMES: Mapping[Design, tuple[str, str]] = MappingProxyType(
    {"test-retest": ("test", "retest"), "split-half": ("first half", "second half")}
)


def require_session(session: object) -> None:
    """Raise CohortError if what a source should load isn't a session."""
    if not isinstance(session, Session):
        raise CohortError(
            f"a source loads a Session; got {session!r}. sessions() lists those that it has"
        )


@dataclass(frozen=True)
class Listing:
    """Sessions of a source, and what should have been one but isn't.

    Attributes
    ----------
    sessions
        In order of subject and session.
    refused
        Folder, file or subject → why it isn't a session. A `StrayError` means that no session
        is lost: the file resembles those of a session that is listed.
    """

    sessions: tuple[Session, ...]
    refused: Mapping[str, InputError] = field(default_factory=dict)

    @property
    def missing(self) -> dict[str, str]:
        """Those of `refused` for which a session is missing → why."""
        return {
            name: str(why) for name, why in self.refused.items() if not isinstance(why, StrayError)
        }

    def complete(self) -> tuple[Session, ...]:
        """Return the sessions, or raise if anything was refused.

        Raises
        ------
        InputError
            The first refusal, with the number of others.
        """
        for first in self.refused.values():
            others = len(self.refused) - 1
            raise type(first)(f"{first} (and {others} more)") if others else first
        return self.sessions


@runtime_checkable
class Source(Protocol):
    """The interface of sources: list sessions without reading them, load one at a time.

    Sources in the registry are dataclasses whose fields are the keys that a study
    may set (see `StudyKey`). Optional methods are described in `abilities`.
    """

    def sessions(self) -> tuple[Session, ...]:
        """Return every session in order of subject and session; no scan is read.

        Raises
        ------
        InputError
            If an identifier is invalid, a subject or session occurs twice, or a
            requested subject has no scan: whatever `listing` refuses.
        """
        ...

    def listing(self) -> Listing:
        """Return the existing sessions, and why others are refused; no scan is read.

        Raises
        ------
        InputError
            If the error concerns all sessions.
        """
        ...

    def load(self, session: Session) -> TimeSeries:
        """Read one session, with one column per region of `region_table`.

        Raises
        ------
        InputError
            If its files can't be read or have the wrong content.
        """
        ...

    def probe(self, session: Session) -> None:
        """Read only the headers of a session's files, to check them.

        Raises
        ------
        InputError
            If a file is incomplete or of the wrong kind.
        """
        ...

    def quality(self, session: Session) -> Mapping[str, float]:
        """Return quality measures of a session that its series doesn't contain.

        Returns
        -------
        Those that are known of ``coverage_min`` and ``coverage_mean`` (share of a region's
        vertices with a signal, over regions) and ``motion_mean`` and ``motion_max``
        (millimetres from frame to frame), and any measures specific to the source.

        Raises
        ------
        InputError
            If a file can't be read.
        """
        ...

    def quality_files(self, session: Session) -> tuple[Path, ...]:
        """Return the existing files beside the scans that `quality` reads."""
        ...

    def region_table(self) -> RegionTable:
        """Return the regions that every session has."""
        ...

    def shared_files(self) -> tuple[Path, ...]:
        """Return the files beside the scans on which every session's series depends."""
        ...

    @property
    def notice(self) -> str | None:
        """Terms of use and labels that every page with this data must show."""
        ...

    @property
    def design(self) -> Design:
        """Whether a subject's two sessions are two scans, or two halves of one."""
        ...
