"""Parcel means of a series of volumes (NIfTI), through nilearn's `NiftiLabelsMasker`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.errors import AtlasError, ScanError
from attnconn_core.parcellation.label_image import LabelImage
from attnconn_core.parcellation.nifti import open_nifti, read_voxels
from attnconn_core.records import TimeSeries
from attnconn_core.repetition_time import repetition_time_problem
from attnconn_core.wording import first_few

__all__ = ["VolumeHeader", "read_volume_header", "volume_coverage", "volume_means"]

_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6}
# Millimetres: affines that differ by less are the same, apart from rounding in a header.
_SAME_PLACE = 1e-3
_SHOWN = 5


@dataclass(frozen=True)
class VolumeHeader:
    """Size and repetition time of a series of volumes, without its values.

    Attributes
    ----------
    n_frames
        Number of frames.
    repetition_time
        Seconds per frame; None if the header doesn't state a unit of time.
    """

    n_frames: int
    repetition_time: float | None


def read_volume_header(path: Path, atlas: LabelImage | None = None) -> VolumeHeader:
    """Return the frames and repetition time of a NIfTI series, from its header.

    Parameters
    ----------
    path
        A ``.nii.gz`` or ``.nii`` file of four dimensions.
    atlas
        Label image that must have the same voxels, if given.

    Raises
    ------
    ScanError
        If the file isn't a series of volumes, or states an impossible repetition time.
    AtlasError
        If the voxels of the atlas differ from those of the scan.
    """
    image = _open(path)
    if atlas is not None:
        _require_same_voxels(path, image, atlas)
    unit = image.header.get_xyzt_units()[1]
    if unit not in _SECONDS:
        return VolumeHeader(image.shape[3], None)
    seconds = float(f"{float(image.header.get_zooms()[3]) * _SECONDS[unit]:.6g}")
    problem = repetition_time_problem(seconds)
    if problem:
        raise ScanError(f"{path}: {problem} (the value is from the file's header)")
    return VolumeHeader(image.shape[3], seconds)


def volume_means(path: Path, atlas: LabelImage, repetition_time: float) -> TimeSeries:
    """Return the mean series of every region of a label image.

    Voxels with a NaN or infinite value in any frame are left out in every frame, as
    `parcellate` does with vertices. nilearn alone would set such values to 0, which puts jumps
    into a region's mean.

    Parameters
    ----------
    path
        A ``.nii.gz`` or ``.nii`` file of four dimensions, in the atlas's voxels.
    atlas
        The regions.
    repetition_time
        Seconds per frame.

    Raises
    ------
    ScanError
        If the file can't be read, or a region has no voxel with finite values.
    AtlasError
        If the voxels of the atlas differ from those of the scan.
    """
    from nilearn.maskers import NiftiLabelsMasker  # imported here because importing it is slow

    image = _open(path)
    _require_same_voxels(path, image, atlas)
    with np.errstate(over="ignore"):  # values too large for single precision become infinite
        values = read_voxels(path, image).astype(np.float32, copy=False)
    finite: Bool[np.ndarray, "x y z"] = np.asarray(np.isfinite(values).all(axis=3))
    labels = np.where(finite, atlas.labels, 0)
    held = np.bincount(labels.ravel(), minlength=len(atlas.regions) + 1)[1:]
    lost = [name for name, count in zip(atlas.regions, held, strict=True) if not count]
    if lost:
        raise ScanError(
            f"{path}: every region needs a voxel whose values are all finite; {len(lost)} have "
            f"none: {first_few(lost, _SHOWN)}"
        )
    masker = NiftiLabelsMasker(
        nib.Nifti1Image(labels, image.affine), resampling_target=None, standardize=None
    )
    if not finite.all():
        values = np.where(finite[..., None], values, np.float32(0))
    scan = nib.Nifti1Image(values, image.affine)
    means = np.asarray(masker.fit_transform(scan), dtype=np.float32)
    return TimeSeries((means,), repetition_time, atlas.regions)


def volume_coverage(path: Path, atlas: LabelImage) -> Float[np.ndarray, " region"]:
    """Return the share of every region's voxels whose values are finite and change over time.

    Raises
    ------
    ScanError, AtlasError
        As `volume_means` does.
    """
    image = _open(path)
    _require_same_voxels(path, image, atlas)
    values = read_voxels(path, image)[atlas.labels > 0]
    region: Int[np.ndarray, " voxel"] = atlas.labels[atlas.labels > 0] - 1
    with np.errstate(invalid="ignore", over="ignore"):  # for values that aren't finite, or huge
        reach = np.ptp(values, axis=1)
    alive = np.isfinite(reach) & (reach > 0)
    n_regions = len(atlas.regions)
    share = np.bincount(region[alive], minlength=n_regions) / np.bincount(region)
    return np.asarray(share)


def _open(path: Path) -> Any:
    image = open_nifti(Path(path))
    if len(image.shape) != 4 or image.shape[3] < 1:
        raise ScanError(
            f"{path}: a scan must be a series of volumes, of four dimensions; it has shape "
            f"{image.shape}"
        )
    return image


def _require_same_voxels(path: Path, image: Any, atlas: LabelImage) -> None:
    shape, affine = image.shape[:3], np.asarray(image.affine)
    if shape == atlas.labels.shape and np.allclose(affine, atlas.affine, atol=_SAME_PLACE):
        return
    sizes = [
        f"{' × '.join(map(str, n_voxels))} voxels of "
        f"{' × '.join(f'{size:g}' for size in nib.affines.voxel_sizes(where).round(3))} mm"
        for n_voxels, where in ((shape, affine), (atlas.labels.shape, atlas.affine))
    ]
    where = "" if sizes[0] != sizes[1] else ", which lie elsewhere (their affines differ)"
    raise AtlasError(
        f"{path}: scan and atlas must have the same voxels; the scan has {sizes[0]} and atlas "
        f"{atlas.name} {sizes[1]}{where}. Use the atlas in the scan's space and resolution "
        "(nilearn.image.resample_to_img with interpolation='nearest' makes one)"
    )
