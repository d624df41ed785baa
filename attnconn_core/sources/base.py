"""What every source of scans can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

from attnconn_core.errors import InputError, StrayError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries

__all__ = ["DESIGN_LABELS", "Design", "Listing", "Source"]

Design = Literal["test-retest", "split-half"]

#: What a reader of any score must be told of the two sessions of a subject.
DESIGN_LABELS: Mapping[Design, str] = MappingProxyType(
    {
        "test-retest": "two scans of each subject: test–retest",
        "split-half": "two halves of one run: split-half, not test–retest",
    }
)


@dataclass(frozen=True)
class Listing:
    """What a source holds.

    Attributes
    ----------
    sessions
        In order of subject and session.
    refused
        A folder, file or subject that should have been a session → why it is none. It
        costs nobody else. A `StrayError` costs nobody at all: the session that it looks like
        is there.
    """

    sessions: tuple[Session, ...]
    refused: Mapping[str, InputError] = field(default_factory=dict)

    @property
    def missing(self) -> dict[str, str]:
        """Those of `refused` by which a session is lost → why."""
        return {
            name: str(why) for name, why in self.refused.items() if not isinstance(why, StrayError)
        }

    def complete(self) -> tuple[Session, ...]:
        """Return the sessions if nothing was refused.

        Raises
        ------
        InputError
            The first refusal, with the number of the others.
        """
        for first in self.refused.values():
            others = len(self.refused) - 1
            raise type(first)(f"{first} (and {others} more)") if others else first
        return self.sessions


@runtime_checkable
class Source(Protocol):
    """Where scans come from: lists sessions without reading them, loads one at a time.

    In the registry of sources stand dataclasses: their fields are the keys that a study
    may set (see `StudyKey`). What only some sources can do is in `abilities`.
    """

    def sessions(self) -> tuple[Session, ...]:
        """List every session in order of subject and session; no scan is read.

        Raises
        ------
        InputError
            If an identifier breaks the rule, a subject or session occurs twice, or a
            subject that was asked for has no scan: whatever `listing` refuses.
        """
        ...

    def listing(self) -> Listing:
        """List every session that there is, and why others aren't; no scan is read.

        Raises
        ------
        InputError
            If what is wrong concerns all of them.
        """
        ...

    def load(self, session: Session) -> TimeSeries:
        """Read one session, a column per region of `region_table`.

        Raises
        ------
        InputError
            If its files can't be read as what they should be.
        """
        ...

    def probe(self, session: Session) -> None:
        """Read the headers of a session's files, and nothing more.

        Raises
        ------
        InputError
            If a file isn't whole, or not what it should be.
        """
        ...

    def quality(self, session: Session) -> Mapping[str, float]:
        """Measure what the series alone doesn't tell of a session.

        Returns
        -------
        What is known of ``coverage_min`` and ``coverage_mean`` (share of a region's
        vertices with a signal, over regions) and ``motion_mean`` and ``motion_max``
        (millimetres from frame to frame); other measures of the source's own may stand
        beside them.

        Raises
        ------
        InputError
            If a file can't be read.
        """
        ...

    def quality_files(self, session: Session) -> tuple[Path, ...]:
        """List the files beside the scans that `quality` reads where they are there."""
        ...

    def region_table(self) -> RegionTable:
        """Return the regions that every session has."""
        ...

    def shared_files(self) -> tuple[Path, ...]:
        """List the files beside the scans that every session's series depends on."""
        ...

    @property
    def notice(self) -> str | None:
        """Terms and labels that every page with this data must show."""
        ...

    @property
    def design(self) -> Design:
        """What two sessions of a subject are: two scans, or two halves of one."""
        ...
