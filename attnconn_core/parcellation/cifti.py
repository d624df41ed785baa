"""CIFTI-2 files: two axes, and a matrix that is read in blocks.

The file is read here and not with `nibabel.load`, which reads a dense series as one array, in
the slowest order for a mean over vertices, and logs a warning about empty voxel sizes for every
CIFTI file. The header and its axes are still read with nibabel.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped
from nibabel import Nifti2Header
from nibabel.cifti2 import cifti2_axes
from nibabel.cifti2.cifti2 import Cifti2Header

from attnconn_core.errors import InputError, ScanError
from attnconn_core.parcellation.models import BrainModels
from attnconn_core.repetition_time import repetition_time_problem

__all__ = ["BLOCK_BYTES", "CiftiMatrix", "describe", "open_cifti", "seconds_per_frame"]

BLOCK_BYTES = 8 * 2**20
"""Size of the blocks that are read at a time; larger ones aren't faster."""

_CIFTI_EXTENSION = 32
_NIFTI2_SIZE = 540
_NIFTI2_MAGIC = b"n+2\x00\r\n\x1a\n"
_BRAIN_MODELS = "CIFTI_INDEX_TYPE_BRAIN_MODELS"
_KINDS = {
    BrainModels: "dense (brain models)",
    cifti2_axes.LabelAxis: "labels",
    cifti2_axes.ParcelsAxis: "parcels",
    cifti2_axes.ScalarAxis: "scalars",
    cifti2_axes.SeriesAxis: "a series",
}

Axis = BrainModels | cifti2_axes.Axis


@dataclass(frozen=True, eq=False)
class CiftiMatrix:
    """The header of one CIFTI-2 file, with a reader of its numbers.

    Attributes
    ----------
    path
        Path of the file.
    axes
        Axes of the first and the second dimension, in nibabel's order: a dense series is
        (series, brain models). The first varies fastest on disk, so that the series of one
        grayordinate is contiguous.
    dtype
        Type of the numbers on disk, including byte order.
    offset
        Position of the first number, in bytes.
    slope, inter
        Scaling of a stored number to its value: ``stored * slope + inter``.
    """

    path: Path
    axes: tuple[Axis, Axis]
    dtype: np.dtype
    offset: int
    slope: float
    inter: float

    @property
    def shape(self) -> tuple[int, int]:
        """Lengths of the two axes."""
        return len(self.axes[0]), len(self.axes[1])

    def blocks(self, start: int, stop: int) -> Iterator[tuple[int, int, Shaped[np.ndarray, "_ _"]]]:
        """Yield elements `start` to `stop` of the second axis, a few megabytes at a time.

        Yields
        ------
        begin, end, stored
            Stored numbers of elements `begin` to `end`, (second axis, first axis), before
            scaling. The next block may overwrite the array.

        Raises
        ------
        ScanError
            If the file is shorter than its header says.
        """
        length = self.shape[0]
        step = max(1, BLOCK_BYTES // max(1, length * self.dtype.itemsize))
        buffer = np.empty((min(step, max(stop - start, 0)), length), dtype=self.dtype)
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.offset + start * length * self.dtype.itemsize)
            for begin in range(start, stop, step):
                end = min(begin + step, stop)
                block = buffer[: end - begin]
                if _fill(file, block) != block.nbytes:
                    raise ScanError(
                        f"{self.path}: a file must hold all the data described in its header; it "
                        f"ends too early, among columns {begin + 1} to {end} of {self.shape[1]}"
                    )
                yield begin, end, block


def open_cifti(path: Path, error: type[InputError] = ScanError) -> CiftiMatrix:
    """Read and check a CIFTI-2 file except its numbers.

    Parameters
    ----------
    path
        Any CIFTI-2 file of two dimensions.
    error
        Class of the error to raise, which depends on the file's role.

    Raises
    ------
    InputError
        `error`, if there is no such file, it isn't CIFTI-2, its header is damaged, or
        it is shorter than its header says.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(12)
            if not _is_nifti2(start):
                raise error(
                    f"{path}: must be a CIFTI-2 file, which begins as NIfTI-2; "
                    f"it begins with {start!r}"
                )
            size = file.seek(0, 2)
            file.seek(0)
            matrix = _read_header(path, file, size, error)
    except OSError as problem:
        raise error(f"{path}: must be a file that can be read; {problem.strerror}") from problem
    needed = matrix.offset + matrix.shape[0] * matrix.shape[1] * matrix.dtype.itemsize
    if size < needed:
        raise error(
            f"{path}: a file must hold all the data described in its header, {needed} bytes "
            f"for {matrix.shape[0]} × {matrix.shape[1]} numbers; it has {size}"
        )
    return matrix


def describe(matrix: CiftiMatrix) -> str:
    """Return a description of the two dimensions, for a message."""
    return " × ".join(_KINDS.get(type(axis), type(axis).__name__) for axis in matrix.axes)


def seconds_per_frame(path: Path, series: cifti2_axes.SeriesAxis) -> float:
    """Return the repetition time of a file whose first axis is a series.

    Raises
    ------
    ScanError
        If the series isn't in seconds, or the step is no plausible repetition time.
    """
    if series.unit != "SECOND" or not (np.isfinite(series.step) and series.step > 0):
        raise ScanError(
            f"{path}: a series must have a positive step in seconds; "
            f"got {series.step:g} {series.unit}"
        )
    # A step of 72 with exponent -2 is 0.72, apart from rounding in the last binary digit.
    seconds = float(f"{series.step:.9g}")
    problem = repetition_time_problem(seconds)
    if problem:
        raise ScanError(
            f"{path}: {problem} (the value is from the file's header: correct it there)"
        )
    return seconds


def _is_nifti2(start: bytes) -> bool:
    sizes = (_NIFTI2_SIZE.to_bytes(4, "little"), _NIFTI2_SIZE.to_bytes(4, "big"))
    return start[:4] in sizes and start[4:] == _NIFTI2_MAGIC


def _read_header(path: Path, file: Any, size: int, error: type[InputError]) -> CiftiMatrix:
    try:
        # Read from memory and never more than the file: an extension may claim gigabytes.
        begin = file.read(_NIFTI2_SIZE)
        announced = int(Nifti2Header(begin, check=False)["vox_offset"])
        header = io.BytesIO(begin + file.read(max(0, min(announced, size) - len(begin))))
        nifti = Nifti2Header.from_fileobj(header, check=False)
        shape = tuple(int(length) for length in nifti.get_data_shape())
        slope, inter = nifti.get_slope_inter()
        dtype = nifti.get_data_dtype()
        cifti = [
            extension.get_content()
            for extension in nifti.extensions
            if extension.get_code() == _CIFTI_EXTENSION
        ]
        axes = tuple(axis for header in cifti for axis in _axes(header))
        described = tuple(len(axis) for axis in axes)
    # nibabel and expat raise many kinds of error for a damaged header.
    except Exception as problem:
        raise error(
            f"{path}: must be a CIFTI-2 file with a complete header; reading it gave "
            f"{type(problem).__name__}: {problem}"
        ) from problem
    if not cifti:
        raise error(f"{path}: must be a CIFTI-2 file; this NIfTI-2 file has no CIFTI header")
    if len(axes) != 2 or shape != (1, 1, 1, 1, *described) or dtype.kind not in "iuf":
        raise error(
            f"{path}: must be a CIFTI-2 file of two dimensions and real numbers; its CIFTI "
            f"header describes {described}, its NIfTI header {shape} of {dtype}"
        )
    offset = int(nifti["vox_offset"])
    if offset < _NIFTI2_SIZE:
        raise error(f"{path}: data must begin after the header; it begins at byte {offset}")
    return CiftiMatrix(
        path=path,
        axes=(axes[0], axes[1]),
        dtype=dtype,
        offset=offset,
        slope=1.0 if slope is None else slope,
        inter=0.0 if inter is None else inter,
    )


def _axes(header: Cifti2Header) -> Iterator[Axis]:
    for dimension in sorted(header.mapped_indices):
        index_map = header.get_index_map(dimension)
        if index_map.indices_map_to_data_type == _BRAIN_MODELS:
            yield BrainModels.from_nibabel(list(index_map.brain_models))
        else:
            yield header.get_axis(dimension)


def _fill(file: Any, block: np.ndarray) -> int:
    view = memoryview(block.reshape(-1).view(np.uint8))  # type: ignore[arg-type]
    filled = 0
    while filled < len(view):
        count = file.readinto(view[filled:])
        if not count:
            break
        filled += count
    return filled
