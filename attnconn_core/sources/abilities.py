"""What some sources can do beyond the protocol `Source`, each announced by a class variable."""

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


def known_measures(source: Source, session: Session) -> frozenset[str]:
    """Name what the source can measure of a session beside its series, as `Source.quality` does.

    What ``motion(session)`` and ``coverage(session)`` are there for is known without reading
    anything; a source without one of them is asked for the quality of this session.

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
    """Return the motion of every run, in mm from frame to frame: ``motion(session)``, if any.

    Returns
    -------
    None if the source never knows motion; an array for every run, or none where it isn't known
    of this session.

    Raises
    ------
    InputError
        If a file can't be read.
    """
    own = getattr(source, "motion", None)
    return tuple(own(session)) if callable(own) else None


def session_shape(source: Source, session: Session) -> SessionShape | None:
    """Return a session's frames and regions without reading it: ``shape(session)``, if any.

    Raises
    ------
    InputError
        If a header can't be read.
    """
    own = getattr(source, "shape", None)
    return own(session) if callable(own) else None
