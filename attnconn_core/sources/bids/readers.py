"""Readers of the kinds of scans: dense series, series of volumes, parcellated series."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.parcellation import (
    LabelImage,
    RegionTable,
    load_label_image,
    read_volume_header,
    volume_coverage,
    volume_means,
)
from attnconn_core.records import TimeSeries
from attnconn_core.sources.array_files import read_array
from attnconn_core.sources.array_shapes import shape_of_array
from attnconn_core.sources.bids.companions import coverage_table, label_table_beside
from attnconn_core.sources.bids.coverage_tables import read_coverage
from attnconn_core.sources.coverage import CoverageReader
from attnconn_core.sources.dense_series import DenseReader
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.usual_regions import first_difference

__all__ = ["ParcelReader", "Reader", "VolumeReader", "reader_of"]


@dataclass(frozen=True, eq=False)
class VolumeReader(CoverageReader):
    """Reads series of volumes (``nii.gz``) with a label image.

    Attributes
    ----------
    atlas, labels
        The label image, and the table of its labels.
    drop_labels
        Labels that are no regions.
    """

    atlas: Path
    labels: Path
    drop_labels: tuple[str, ...]

    @cached_property
    def _atlas(self) -> LabelImage:
        return load_label_image(self.atlas, self.labels, self.drop_labels)

    @property
    def table(self) -> RegionTable:
        """The regions of the label image."""
        return self._atlas.table

    @property
    def notes(self) -> tuple[str, ...]:
        """None: a label image that doesn't fit its table is refused."""
        return ()

    @property
    def files(self) -> tuple[Path, ...]:
        """The label image and its table."""
        return (self.atlas, self.labels)

    def shape(self, path: Path) -> SessionShape:
        """Return frames and repetition time; the voxels must be the atlas's."""
        header = read_volume_header(path, self._atlas)
        return SessionShape((header.n_frames,), len(self.table.regions), header.repetition_time)

    def read(self, path: Path, repetition_time: float) -> TimeSeries:
        """Return the mean series of every region."""
        return volume_means(path, self._atlas, repetition_time)

    def coverage(self, path: Path) -> Float[np.ndarray, " region"]:
        """Return the share of every region's voxels with a signal."""
        return volume_coverage(path, self._atlas)


@dataclass(frozen=True, eq=False)
class ParcelReader(CoverageReader):
    """Reads series that XCP-D parcellated (``timeseries.tsv``, ``ptseries.nii``).

    Attributes
    ----------
    scans
        All scans; the first names the regions.
    """

    scans: tuple[Path, ...]

    @cached_property
    def table(self) -> RegionTable:
        """The regions of the first scan."""
        return RegionTable.from_names(read_array(self.scans[0]).regions or ())

    @property
    def notes(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def files(self) -> tuple[Path, ...]:
        """None: every scan names its regions, which must be those of the others."""
        return ()

    def shape(self, path: Path) -> SessionShape:
        """Return frames, regions and repetition time."""
        return shape_of_array(path)

    def read(self, path: Path, repetition_time: float) -> TimeSeries:
        """Return the series."""
        file = read_array(path)
        own, usual = file.regions or (), self.table.regions
        if own != usual:
            what = f"{len(own)} regions against {len(usual)}"
            if len(own) == len(usual):
                mine, other = first_difference(own, usual)
                what = f"{mine!r} against {other!r}"
            raise ScanError(
                f"{path}: every series must have the same regions in the same order as "
                f"{self.scans[0]}; {what}"
            )
        return TimeSeries((file.values,), repetition_time, own)

    def coverage(self, path: Path) -> Float[np.ndarray, " region"] | None:
        """Return XCP-D's coverage of every parcel; None if its table isn't there."""
        table = coverage_table(path)
        if table is None:
            return None
        return read_coverage(table, self.table.regions)


Reader = DenseReader | VolumeReader | ParcelReader
"""Reads one kind of scan, one run per file; all have the same methods."""


def reader_of(
    atlas: Path | None, labels: Path | None, drop_labels: tuple[str, ...], scans: tuple[Path, ...]
) -> Reader:
    """Return what reads the scans that an atlas fits.

    Parameters
    ----------
    atlas, labels, drop_labels
        As in `BidsDerivatives`.
    scans
        A scan of every session.

    Raises
    ------
    StudyError
        If a label image has no table of labels.
    """
    if atlas is None:
        return ParcelReader(scans)
    if atlas.name.endswith(".dlabel.nii"):
        return DenseReader(atlas, drop_labels, scans)
    table = labels or label_table_beside(atlas)
    if table is None:
        raise StudyError(
            f"labels: a label image needs a table of its labels, with the columns index and "
            f"name; none lies beside {atlas}. Name it in the study"
        )
    return VolumeReader(atlas, table, drop_labels)
