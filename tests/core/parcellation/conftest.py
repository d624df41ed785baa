"""Small CIFTI files, made with nibabel: 40 vertices a hemisphere, medial wall left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.cifti2 import (
    BrainModelAxis,
    Cifti2Header,
    LabelAxis,
    ScalarAxis,
    SeriesAxis,
)

LEFT, RIGHT = "CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT"
WALL = 6  # vertices 0 to 5 are the medial wall


class CiftiMaker:
    """Writes CIFTI files into one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(
        self, surfaces: Mapping[str, tuple[Sequence[int], int]], voxels: int = 0
    ) -> BrainModelAxis:
        """Structure → (vertices, vertices of the surface), and then some voxels."""
        parts = [
            BrainModelAxis.from_surface(vertices, size, name=name)
            for name, (vertices, size) in surfaces.items()
        ]
        if voxels:
            mask = np.zeros((voxels, 1, 1), dtype=bool)
            mask[:] = True
            parts.append(
                BrainModelAxis.from_mask(
                    mask, affine=np.eye(4), name="CIFTI_STRUCTURE_THALAMUS_LEFT"
                )
            )
        return sum(parts[1:], parts[0])

    def cortex(self, size: int = 40, wall: int = WALL, voxels: int = 0) -> BrainModelAxis:
        """Both hemispheres."""
        vertices = np.arange(wall, size)
        return self.models({LEFT: (vertices, size), RIGHT: (vertices, size)}, voxels)

    def write(self, name: str, first, second, values, dtype=np.float32) -> Path:
        """A CIFTI file of two axes."""
        path = self.folder / name
        header = Cifti2Header.from_axes((first, second))
        image = nib.Cifti2Image(np.asarray(values, dtype=dtype), header)
        image.set_data_dtype(dtype)
        # nibabel's own writing reports each file's empty voxel sizes to a global log.
        with nib.imageglobals.LoggingOutputSuppressor():
            image.to_filename(path)
        return path

    def series(self, name, models, values, step=0.72, unit="SECOND", dtype=np.float32) -> Path:
        """A dense series."""
        return self.write(name, SeriesAxis(0, step, len(values), unit), models, values, dtype)

    def atlas(self, name, models, keys, names: Mapping[int, str], maps: int = 1) -> Path:
        """A dense label file; key 0 is ???."""
        table = {0: ("???", (0.0, 0.0, 0.0, 0.0))}
        table |= {key: (label, (1.0, 0.0, 0.0, 1.0)) for key, label in names.items()}
        labels = LabelAxis([f"map {number}" for number in range(maps)], [table] * maps)
        return self.write(name, labels, models, np.tile(keys, (maps, 1)))

    def scalars(self, name, models) -> Path:
        """A dense scalar file."""
        return self.write(name, ScalarAxis(["a", "b"]), models, np.ones((2, len(models))))


@pytest.fixture
def cifti(tmp_path: Path) -> CiftiMaker:
    return CiftiMaker(tmp_path)


NAMES = {
    1: "7Networks_LH_Vis_1",
    2: "7Networks_LH_Default_PFC_1",
    3: "7Networks_RH_Vis_1",
    4: "7Networks_RH_Default_PFC_1",
}


@pytest.fixture
def atlas_path(cifti: CiftiMaker) -> Path:
    """Four regions over whole surfaces: two a hemisphere, of unequal size."""
    hemisphere = np.repeat([0, 1, 2], [WALL, 10, 24])
    keys = np.concatenate([hemisphere, np.where(hemisphere, hemisphere + 2, 0)])
    return cifti.atlas("four.dlabel.nii", cifti.cortex(wall=0), keys, NAMES)
