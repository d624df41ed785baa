"""Colours of an atlas's regions."""

import os
from pathlib import Path

from nibabel.cifti2 import cifti2_axes

from attnconn_core.errors import AtlasError
from attnconn_core.names import composed
from attnconn_core.parcellation.cifti import describe, open_cifti

__all__ = ["read_colours"]


def read_colours(
    path: str | os.PathLike[str],
) -> dict[str, tuple[float, float, float, float]]:
    """Return the colours in the label table of a ``dlabel.nii`` file.

    Parameters
    ----------
    path
        A CIFTI-2 dense label file with one map; see `load_atlas`.

    Returns
    -------
    colours
        Name of a label → red, green, blue and opacity, from 0 to 1.

    Raises
    ------
    AtlasError
        If the file isn't such a file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from nibabel import cifti2
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> brain = cifti2.BrainModelAxis.from_surface(range(2), 2, "cortex_left")
    >>> labels = cifti2.LabelAxis(["atlas"], {1: ("V1", (1, 0, 0, 1))})
    >>> image = cifti2.Cifti2Image(np.ones((1, 2), dtype=np.float32), (labels, brain))
    >>> image.to_filename(folder / "atlas.dlabel.nii")
    >>> read_colours(folder / "atlas.dlabel.nii")
    {'V1': (1.0, 0.0, 0.0, 1.0)}
    """
    matrix = open_cifti(Path(path), AtlasError)
    labels = matrix.axes[0]
    if not isinstance(labels, cifti2_axes.LabelAxis):
        raise AtlasError(
            f"{path}: an atlas must be a dense label file (dlabel.nii); got {describe(matrix)}"
        )
    table = labels.label[0].values()
    return {composed(str(name)): (*map(float, colour),) for name, colour in table}  # type: ignore[misc]
