"""What every source of scans can do."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries

__all__ = ["DESIGN_LABELS", "Design", "Source"]

Design = Literal["test-retest", "split-half"]

#: What a reader of any score must be told of the two sessions of a subject.
DESIGN_LABELS: Mapping[Design, str] = MappingProxyType(
    {
        "test-retest": "two scans of each subject: test–retest",
        "split-half": "two halves of one run: split-half, not test–retest",
    }
)


@runtime_checkable
class Source(Protocol):
    """Where scans come from: lists sessions without reading them, loads one at a time."""

    def sessions(self) -> tuple[Session, ...]:
        """List every session in order of subject and session; no scan is read.

        Raises
        ------
        InputError
            If an identifier breaks the rule, a subject or session occurs twice, or a
            subject that was asked for has no scan.
        """
        ...

    def load(self, session: Session) -> TimeSeries:
        """Read one session, a column a region of `region_table`.

        Raises
        ------
        InputError
            If its files can't be read as what they should be.
        """
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
