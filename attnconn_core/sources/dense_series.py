"""Dense series in CIFTI, averaged over the regions of a surface atlas."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import AtlasError
from attnconn_core.parcellation import (
    Atlas,
    RegionTable,
    coverage,
    held_by_any,
    load_atlas,
    parcellate,
    read_scan_header,
)
from attnconn_core.records import TimeSeries
from attnconn_core.sources.coverage import CoverageReader
from attnconn_core.sources.shapes import SessionShape

__all__ = ["DenseReader"]

# Number of sessions whose scans determine which labels of an atlas are regions.
_DECIDING = 3


@dataclass(frozen=True, eq=False)
class DenseReader(CoverageReader):
    """Reads dense series (``dtseries.nii``) with a surface atlas (``dlabel.nii``).

    Attributes
    ----------
    atlas
        The atlas's file.
    drop_labels
        Labels that are no regions.
    scans
        A scan of every session; labels without a vertex in the first of them are no regions.
    """

    atlas: Path
    drop_labels: tuple[str, ...]
    scans: tuple[Path, ...]

    @cached_property
    def _whole(self) -> Atlas:
        return load_atlas(self.atlas, self.drop_labels)

    @cached_property
    def _atlas(self) -> Atlas:
        return held_by_any(self._whole, self.scans[:_DECIDING])

    @property
    def table(self) -> RegionTable:
        """The atlas's regions with a vertex in the first scans."""
        return self._atlas.table

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the atlas, and on its labels that no scan holds."""
        return self._atlas.notes

    @property
    def files(self) -> tuple[Path, ...]:
        """The atlas and, if some of its labels are no regions, the scans that show this."""
        fits = self._atlas is self._whole
        return (self.atlas,) if fits else (self.atlas, *self.scans[:_DECIDING])

    def shape(self, path: Path) -> SessionShape:
        """Return frames and repetition time."""
        header = read_scan_header(path)
        return SessionShape((header.n_frames,), None, header.repetition_time)

    def read(self, path: Path, repetition_time: float | None = None) -> TimeSeries:  # noqa: ARG002
        """Return the mean series of every region; its header has the repetition time.

        Raises
        ------
        ScanError
            If the scan can't be read.
        AtlasError
            If the atlas doesn't fit, or one of its regions has no vertex in the scan.
        """
        series = parcellate(path, self._atlas)
        bare = [name for name in self._atlas.regions if name not in series.regions]
        if bare:
            raise AtlasError(
                f"{path}: every region of atlas {self._atlas.name} needs a vertex in the scan; "
                f"{len(bare)} have none: {', '.join(bare[:5])}. Leave them out with drop_labels"
            )
        return series

    def coverage(self, path: Path) -> Float[np.ndarray, " region"]:
        """Return the share of every region's vertices with a signal."""
        return coverage(path, self._atlas)
