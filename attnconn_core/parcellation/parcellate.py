"""Parcel means of a dense series, through the brain models and in blocks.

The file is never in memory as a whole: grayordinates are read a few megabytes at a time and
added up to one series per region, in float64, as ``wb_command -cifti-parcellate`` does.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int, Shaped
from nibabel.cifti2 import cifti2_axes

from attnconn_core.errors import AtlasError, ScanError
from attnconn_core.parcellation.atlas import BACKGROUND, Atlas
from attnconn_core.parcellation.cifti import (
    CiftiMatrix,
    describe,
    open_cifti,
    seconds_per_frame,
)
from attnconn_core.parcellation.models import BrainModels
from attnconn_core.records import TimeSeries

__all__ = [
    "ScanHeader",
    "open_series",
    "parcellate",
    "read_scan_header",
    "region_of_grayordinate",
]


@dataclass(frozen=True)
class ScanHeader:
    """Size, repetition time and surfaces of a dense series, without its values.

    Attributes
    ----------
    n_frames
        Number of frames.
    repetition_time
        Seconds per frame.
    n_vertices
        CIFTI structure → number of vertices of its full surface; only surfaces.
    """

    n_frames: int
    repetition_time: float
    n_vertices: Mapping[str, int]


def read_scan_header(path: Path) -> ScanHeader:
    """Return the frames, repetition time and surfaces of a ``dtseries.nii`` file.

    Raises
    ------
    ScanError
        If the file isn't a complete dense series.
    """
    matrix, series, models = open_series(path)
    return ScanHeader(
        n_frames=matrix.shape[0],
        repetition_time=seconds_per_frame(matrix.path, series),
        n_vertices=_surface_sizes(models),
    )


def parcellate(path: str | os.PathLike[str], atlas: Atlas) -> TimeSeries:
    """Return the mean series of every region of an atlas.

    Vertices are matched by structure and number through the file's brain models, so the
    number of grayordinates (91,282; 59,412; 64,984) and their order don't matter. A region's
    mean leaves out vertices that aren't in the scan, and vertices with a NaN or infinite value
    in any frame: these are left out in every frame, because a mean over changing sets of
    vertices would jump with their levels. If such vertices aren't finite in any frame, this
    equals ``wb_command -cifti-parcellate -only-numeric``.

    Parameters
    ----------
    path
        A ``dtseries.nii`` file, (series, brain models).
    atlas
        Atlas on the same surfaces.

    Returns
    -------
    TimeSeries
        One run, with the atlas's regions that have a vertex in the scan, in the atlas's order.

    Raises
    ------
    ScanError
        If the file isn't a complete dense series, or a region has no vertex with finite values.
    AtlasError
        If a surface of the atlas isn't in the scan or has another number of vertices,
        or no region has a vertex in the scan.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from nibabel import cifti2
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> brain = cifti2.BrainModelAxis.from_surface(range(4), 4, "cortex_left")
    >>> names = {0: ("???", (0, 0, 0, 0)), 1: ("V1", (1, 0, 0, 1)), 2: ("V2", (0, 1, 0, 1))}
    >>> labels = cifti2.LabelAxis(["atlas"], names)
    >>> label = np.array([[1, 1, 2, 0]], dtype=np.float32)  # of each of four vertices
    >>> cifti2.Cifti2Image(label, (labels, brain)).to_filename(folder / "atlas.dlabel.nii")
    >>> time = cifti2.SeriesAxis(start=0, step=0.72, size=3)
    >>> frames = np.arange(12, dtype=np.float32).reshape(3, 4)
    >>> cifti2.Cifti2Image(frames, (time, brain)).to_filename(folder / "scan.dtseries.nii")
    >>> from attnconn_core.parcellation import load_atlas
    >>> atlas = load_atlas(folder / "atlas.dlabel.nii")
    >>> parcellate(folder / "scan.dtseries.nii", atlas).values
    array([[ 0.5,  2. ],
           [ 4.5,  6. ],
           [ 8.5, 10. ]], dtype=float32)
    """
    matrix, series, models = open_series(Path(path))
    repetition_time = seconds_per_frame(matrix.path, series)
    region = region_of_grayordinate(matrix.path, models, atlas)
    held = np.bincount(region[region != BACKGROUND], minlength=len(atlas.regions))
    if not held.any():
        raise AtlasError(
            f"{path}: at least one region of atlas {atlas.name} must have a vertex in the scan; "
            f"none of {len(atlas.regions)} has"
        )
    sums, counts = _sums(matrix, region, held)
    present = held > 0
    lost = np.flatnonzero(present & (counts == 0))
    if lost.size:
        named = ", ".join(
            f"{atlas.regions[number]} ({held[number]} vertices)" for number in lost[:5]
        )
        raise ScanError(
            f"{path}: every region needs a vertex whose values are all finite; in {lost.size} "
            f"region(s) every vertex has NaN or infinite values: {named}"
            + (", …" if lost.size > 5 else "")
        )
    means = sums[present] / counts[present, None]
    # A value beyond float32's range becomes infinite, which is reported later.
    with np.errstate(over="ignore", invalid="ignore"):
        values = (means * matrix.slope + matrix.inter).T.astype(np.float32)
    return TimeSeries(
        runs=(np.ascontiguousarray(values),),
        repetition_time=repetition_time,
        regions=tuple(
            name for name, is_held in zip(atlas.regions, present, strict=True) if is_held
        ),
    )


def open_series(path: Path) -> tuple[CiftiMatrix, cifti2_axes.SeriesAxis, BrainModels]:
    """Open a dense series; return its matrix and two axes.

    Raises
    ------
    ScanError
        If the file isn't a complete dense series, or has no frame.
    """
    matrix = open_cifti(Path(path), ScanError)
    series, models = matrix.axes
    if not isinstance(series, cifti2_axes.SeriesAxis) or not isinstance(models, BrainModels):
        raise ScanError(
            f"{path}: a scan must be a dense series (dtseries.nii); got {describe(matrix)}"
        )
    if not len(series):
        raise ScanError(f"{path}: a scan must have at least one frame; it has none")
    return matrix, series, models


def _surface_sizes(models: BrainModels) -> dict[str, int]:
    return {
        model.structure: model.n_vertices
        for model in models.surfaces
        if model.n_vertices is not None
    }


def region_of_grayordinate(
    path: Path, models: BrainModels, atlas: Atlas
) -> Int[np.ndarray, " grayordinate"]:
    """Return the region of every grayordinate of a scan, or `BACKGROUND`.

    Raises
    ------
    AtlasError
        If a surface of the atlas isn't in the scan or has another number of vertices.
    """
    sizes = _surface_sizes(models)
    for structure, n_vertices in atlas.n_vertices.items():
        if structure not in sizes:
            surfaces = ", ".join(f"{name} ({n} vertices)" for name, n in sizes.items())
            raise AtlasError(
                f"{path}: every surface of atlas {atlas.name} must be in the scan; "
                f"{structure} ({n_vertices} vertices) is not, "
                f"the scan has {surfaces or 'no surface'}"
            )
        if sizes[structure] != n_vertices:
            raise AtlasError(
                f"{path}: scan and atlas must lie on the same surface; {structure} has "
                f"{sizes[structure]} vertices in the scan and {n_vertices} in atlas {atlas.name}"
            )
    region = np.full(len(models), BACKGROUND, dtype=np.int32)
    for model in models.surfaces:
        if model.structure in atlas.labels:
            region[model.start : model.stop] = atlas.labels[model.structure][model.vertices]
    return region


def _sums(
    matrix: CiftiMatrix,
    region: Int[np.ndarray, " grayordinate"],
    held: Int[np.ndarray, " region"],
) -> tuple[Float64[np.ndarray, "region time"], Int[np.ndarray, " region"]]:
    """Return the sum and number of every region's vertices that are finite in all frames."""
    sums, counts = np.zeros((len(held), matrix.shape[0])), held.copy()
    inside = np.flatnonzero(region != BACKGROUND)
    for begin, end, stored in matrix.blocks(int(inside[0]), int(inside[-1]) + 1):
        members = region[begin:end]
        for number in np.unique(members[members != BACKGROUND]):
            added, lost = _finite_sum(stored[members == number])
            sums[number] += added
            counts[number] -= lost
    return sums, counts


def _finite_sum(vertices: Shaped[np.ndarray, "vertex time"]) -> tuple[np.ndarray, int]:
    """Return the sum of the vertices that are finite in all frames, and count the others."""
    with np.errstate(over="ignore", invalid="ignore"):  # for infinity minus infinity
        added = vertices.sum(axis=0, dtype=np.float64)
    if np.isfinite(added).all():
        return added, 0
    finite = np.isfinite(vertices).all(axis=1)
    return vertices[finite].sum(axis=0, dtype=np.float64), int(np.count_nonzero(~finite))
