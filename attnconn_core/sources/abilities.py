"""What some sources can do beyond the protocol `Source`, each announced by a class variable."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol, TypeGuard

import pandas as pd

from attnconn_core.records import Session
from attnconn_core.sources.base import Source
from attnconn_core.sources.shapes import SessionShape

__all__ = [
    "FetchedSource",
    "PhenotypeSource",
    "brings_phenotypes",
    "fetches",
    "region_coverage",
    "region_files",
    "region_notes",
    "series_files",
    "session_shape",
]


class PhenotypeSource(Source, Protocol):
    """A source that knows phenotypes of its subjects, without a table from the study."""

    brings_phenotypes: ClassVar[bool]

    def phenotypes(self) -> pd.DataFrame:
        """Return one row per subject, with a column that names the subject."""
        ...


class FetchedSource(Source, Protocol):
    """A source whose scans must be brought to this machine first."""

    fetches: ClassVar[bool]

    def fetch(self) -> Path:
        """Bring the scans here, unless they are; return the file or folder that holds them.

        Raises
        ------
        AttnconnError
            If they can't be had; the message says what to do.
        """
        ...


def brings_phenotypes(source: object) -> TypeGuard[PhenotypeSource]:
    """Whether a source, or a class of sources, has ``phenotypes()``; False where it isn't said."""
    return getattr(source, "brings_phenotypes", False) is True


def fetches(source: object) -> TypeGuard[FetchedSource]:
    """Whether a source, or a class of sources, has ``fetch()``; False where it isn't said."""
    return getattr(source, "fetches", False) is True


def region_files(source: Source) -> tuple[Path, ...]:
    """List the files that ``region_table()`` is read from.

    What the source's own ``region_files()`` says, where it has one; otherwise the files that
    every session's series depends on.
    """
    own = getattr(source, "region_files", None)
    return tuple(own()) if callable(own) else source.shared_files()


def region_notes(source: Source) -> tuple[str, ...]:
    """Return what a source finds unusual about its regions: its ``region_notes()``, if any."""
    own = getattr(source, "region_notes", None)
    return tuple(own()) if callable(own) else ()


def region_coverage(source: Source, session: Session) -> Mapping[str, float]:
    """Return how much of each region a session's scans hold: ``coverage(session)``, if any."""
    own = getattr(source, "coverage", None)
    return dict(own(session)) if callable(own) else {}


def series_files(source: Source, session: Session) -> tuple[Path, ...]:
    """List the files beside a session's scans that its series depends on, as far as there are any.

    What the source's own ``series_files(session)`` says, where it has one.
    """
    own = getattr(source, "series_files", None)
    return tuple(own(session)) if callable(own) else ()


def session_shape(source: Source, session: Session) -> SessionShape | None:
    """Return a session's frames and regions without reading it: ``shape(session)``, if any.

    Raises
    ------
    InputError
        If a header can't be read.
    """
    own = getattr(source, "shape", None)
    return own(session) if callable(own) else None
