"""NIfTI images: opened and read with nibabel, damage reported in words."""

import zlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from jaxtyping import Shaped
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from attnconn_core.errors import InputError, ScanError

__all__ = ["open_nifti", "read_voxels"]

_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    ImageFileError,
    HeaderDataError,
    WrapStructError,
)


# Any: nibabel's images have no types of what they hold.
def open_nifti(path: Path, error: type[InputError] = ScanError) -> Any:
    """Open a NIfTI image; only its header is read.

    Raises
    ------
    InputError
        Of the class `error`, if it is no such image.
    """
    try:
        image = nib.load(path)
    except _DAMAGE as problem:
        raise error(f"{path}: must be a NIfTI image that can be read; {problem}") from problem
    if not isinstance(image, nib.Nifti1Image):
        raise error(f"{path}: must be a NIfTI image; got {type(image).__name__}")
    return image


def read_voxels(
    path: Path, image: Any, error: type[InputError] = ScanError
) -> Shaped[np.ndarray, "..."]:
    """Return the values of an opened image, scaled.

    Raises
    ------
    InputError
        Of the class `error`, if the file ends too early or is damaged.
    """
    try:
        return np.asanyarray(image.dataobj)
    except _DAMAGE as problem:
        raise error(f"{path}: must hold all its voxels; {problem}") from problem
