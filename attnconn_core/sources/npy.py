"""NumPy's ``.npy`` format, checked against the file's size before memory is allocated."""

import io
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib import format as npy_format

__all__ = ["NpyLayout", "read_layout"]

_MAGIC = b"\x93NUMPY"
# Version → number of bytes of the header's length. The third is for structured arrays only.
_LENGTHS = {b"\x01\x00": 2, b"\x02\x00": 4}


@dataclass(frozen=True)
class NpyLayout:
    """Layout of the numbers of an array in a file.

    Attributes
    ----------
    shape, dtype
        Shape and dtype of the array.
    fortran
        Whether the first axis varies fastest.
    offset
        Position of the first number, in bytes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    fortran: bool
    offset: int

    @property
    def order(self) -> Literal["C", "F"]:
        """NumPy's letter for the order of the axes."""
        return "F" if self.fortran else "C"


def read_layout(file: io.BufferedIOBase, size: int) -> NpyLayout:
    """Read the header of an array that fills a complete file.

    Parameters
    ----------
    file
        At its first byte; afterwards at the first number.
    size
        Size of the file in bytes, header included.

    Raises
    ------
    ValueError
        If the header can't be read, holds Python objects, or states another number of
        bytes than the file has.
    """
    start = file.read(12)
    width = _LENGTHS.get(start[6:8]) if len(start) == 12 else None
    if start[:6] != _MAGIC or width is None:
        raise ValueError(f"it begins with {start[:8]!r}")
    offset = 8 + width + int.from_bytes(start[8 : 8 + width], "little")
    if offset > size:
        raise ValueError(f"its header ends at byte {offset} of {size}")
    header = start[8:] + file.read(offset - 12)
    reader = npy_format.read_array_header_1_0 if width == 2 else npy_format.read_array_header_2_0
    try:
        shape, fortran, dtype = reader(io.BytesIO(header))
    # A damaged header raises errors of Python's tokeniser, parser and dtypes. Only numpy's own
    # are shown: the others are worded differently in each version of Python.
    except Exception as problem:
        why = f": {problem}" if type(problem) is ValueError else ""
        raise ValueError(f"its header can't be read{why}") from problem
    if dtype.hasobject:
        raise ValueError("it may hold Python objects")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"its header has the shape {shape}")
    announced = math.prod(shape) * dtype.itemsize
    if announced != size - offset:
        raise ValueError(
            f"its header states {announced} bytes for shape {shape} of {dtype}, and "
            f"{size - offset} follow"
        )
    return NpyLayout(shape, dtype, bool(fortran), offset)
