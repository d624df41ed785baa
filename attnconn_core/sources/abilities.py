"""Optional abilities of sources beyond the protocol `Source`, announced by class variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol, TypeGuard

import numpy as np
import pandas as pd
from jaxtyping import Float

from attnconn_core.records import Session
from attnconn_core.sources.base import Source
from attnconn_core.sources.shapes import SessionShape

__all__ = [
    "FetchedSource",
    "PhenotypeSource",
    "brings_phenotypes",
    "citation_of",
    "fetches",
    "known_measures",
    "region_coverage",
    "region_files",
    "region_notes",
    "series_files",
    "session_motion",
    "session_shape",
]

_MEASURED_BY = {
    "motion": ("motion_mean", "motion_max"),
    "coverage": ("coverage_min", "coverage_mean"),
}

MotionOfRuns = tuple[Float[np.ndarray, " frame"], ...]


class PhenotypeSource(Source, Protocol):
    """A source that has phenotypes of its subjects, without a table from the study."""

    brings_phenotypes: ClassVar[bool]

    def phenotypes(self) -> pd.DataFrame:
        """Return one row per subject, with a column that names the subject."""
        ...


class FetchedSource(Source, Protocol):
    """A source whose scans must be downloaded first."""

    fetches: ClassVar[bool]

    def fetch(self) -> Path:
        """Download the scans if they are missing; return the file or folder that holds them.

        Raises
        ------
        AttnconnError
            If they can't be downloaded; the message says what to do.
        """
        ...


def brings_phenotypes(source: object) -> TypeGuard[PhenotypeSource]:
    """Return whether a source, or a class of sources, has ``phenotypes()``; False by default."""
    return getattr(source, "brings_phenotypes", False) is True


def fetches(source: object) -> TypeGuard[FetchedSource]:
    """Return whether a source, or a class of sources, has ``fetch()``; False by default."""
    return getattr(source, "fetches", False) is True


def citation_of(source: object) -> str:
    """Return the papers that describe the scans, as `reference_keys` reads them; may be empty.

    They come from the class variable ``citation`` of the source, if it has one.
    """
    return str(getattr(source, "citation", ""))


def region_files(source: Source) -> tuple[Path, ...]:
    """Return the files that ``region_table()`` is read from.

    These come from the source's own ``region_files()``, if it has one; otherwise they are the
    files on which every session's series depends.
    """
    own = getattr(source, "region_files", None)
    return tuple(own()) if callable(own) else source.shared_files()


def region_notes(source: Source) -> tuple[str, ...]:
    """Return notes on a source's regions, from its ``region_notes()`` if it has one."""
    own = getattr(source, "region_notes", None)
    return tuple(own()) if callable(own) else ()


def region_coverage(source: Source, session: Session) -> Mapping[str, float]:
    """Return the coverage of each region, from the source's ``coverage(session)`` if it has one."""
    own = getattr(source, "coverage", None)
    return dict(own(session)) if callable(own) else {}


def series_files(source: Source, session: Session) -> tuple[Path, ...]:
    """Return the existing files beside a session's scans on which its series depends.

    These come from the source's own ``series_files(session)``, if it has one.
    """
    own = getattr(source, "series_files", None)
    return tuple(own(session)) if callable(own) else ()


def known_measures(source: Source, session: Session) -> frozenset[str]:
    """Return the names of quality measures that the source has for a session.

    A source with the method ``motion(session)`` has the measures of motion, and one with
    ``coverage(session)`` those of coverage; if it has both methods, no file is read. Otherwise
    the names of this session's ``quality(session)`` are added.

    Raises
    ------
    InputError
        If a file can't be read.
    """
    can = {
        name
        for method, measures in _MEASURED_BY.items()
        for name in measures
        if callable(getattr(source, method, None))
    }
    every = {name for measures in _MEASURED_BY.values() for name in measures}
    return frozenset(can if can == every else can | set(source.quality(session)))


def session_motion(source: Source, session: Session) -> MotionOfRuns | None:
    """Return the motion from frame to frame in mm, by the source's ``motion(session)``.

    Returns
    -------
    One array per run; an empty tuple if the motion of this session isn't known. None if the
    source has no method ``motion``.

    Raises
    ------
    InputError
        If a file can't be read.
    """
    own = getattr(source, "motion", None)
    return tuple(own(session)) if callable(own) else None


def session_shape(source: Source, session: Session) -> SessionShape | None:
    """Return a session's numbers of frames and regions, by the source's ``shape(session)``.

    They are read from headers. None if the source has no method ``shape``.

    Raises
    ------
    InputError
        If a header can't be read.
    """
    own = getattr(source, "shape", None)
    return own(session) if callable(own) else None
