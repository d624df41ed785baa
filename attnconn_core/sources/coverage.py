"""Coverage: the share of every region that holds a signal in a session's scans."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.parcellation import RegionTable

__all__ = ["CoverageReader", "coverage_measures", "least_coverage"]


class CoverageReader(ABC):
    """Reads the coverage of one scan at a time."""

    @property
    @abstractmethod
    def table(self) -> RegionTable:
        """The regions."""

    @abstractmethod
    def coverage(self, path: Path) -> Float[np.ndarray, " region"] | None:
        """Return the share of every region with a signal; None if it isn't known."""


def least_coverage(files: tuple[Path, ...], reader: CoverageReader) -> dict[str, float]:
    """Return region → share with a signal, the least over the scans; empty if it isn't known.

    Raises
    ------
    ScanError, AtlasError
        If a scan can't be read, or the atlas doesn't fit it.
    """
    shares = _least(files, reader)
    return dict(zip(reader.table.regions, shares, strict=True)) if shares else {}


def coverage_measures(shares: Mapping[str, float]) -> dict[str, float]:
    """Return ``coverage_min`` and ``coverage_mean`` over the regions; empty without regions."""
    values = np.array([*shares.values()])
    if not values.size:
        return {}
    return {"coverage_min": float(values.min()), "coverage_mean": float(values.mean())}


# Cached for one session at a time, whose quality and regions are computed together by one reader.
@lru_cache(maxsize=1)
def _least(files: tuple[Path, ...], reader: CoverageReader) -> tuple[float, ...]:
    of_scans = [reader.coverage(path) for path in files]
    known = [shares for shares in of_scans if shares is not None]
    return tuple(np.min(known, axis=0).tolist()) if len(known) == len(of_scans) else ()
