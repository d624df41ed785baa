"""Scans where HCP has them, small, made with nibabel."""

from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.cifti2 import BrainModelAxis, Cifti2Header, LabelAxis, ParcelsAxis, SeriesAxis

SURFACES = ("CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT")
ENDING = "Atlas_MSMAll_hp0_clean.dtseries.nii"


def cortex() -> BrainModelAxis:
    left, right = (BrainModelAxis.from_surface(np.arange(10), 10, name=name) for name in SURFACES)
    return left + right


def write(path: Path, first, second, values) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.Cifti2Image(
        np.asarray(values, dtype=np.float32), Cifti2Header.from_axes((first, second))
    )
    with nib.imageglobals.LoggingOutputSuppressor():
        image.to_filename(path)
    return path


def write_ptseries(path: Path, values, names, repetition_time: float) -> Path:
    parcels = ParcelsAxis.from_brain_models([(name, cortex()) for name in names])
    return write(path, SeriesAxis(0, repetition_time, len(values)), parcels, values)


class Tree:
    """Writes scans where HCP has them. The value at a frame is the frame's number."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def results(self, folder: str) -> Path:
        return self.root / folder / "MNINonLinear" / "Results"

    def scan(self, folder: str, run: str, n_frames=20, step=0.72, name: str | None = None) -> Path:
        values = np.arange(n_frames)[:, None] + np.zeros(20)
        return self.dense(folder, run, cortex(), values, step, name)

    def dense(self, folder, run, models, values, step=0.72, name=None) -> Path:
        path = self.results(folder) / run / (name or f"{run}_{ENDING}")
        return write(path, SeriesAxis(0, step, len(values)), models, values)

    def models(self, *left_out: int) -> BrainModelAxis:
        """Both hemispheres, without some vertices of the left one."""
        kept = np.setdiff1d(np.arange(10), left_out)
        left = BrainModelAxis.from_surface(kept, 10, name=SURFACES[0])
        return left + BrainModelAxis.from_surface(np.arange(10), 10, name=SURFACES[1])

    def atlas(self, name: str, keys, names) -> Path:
        """An atlas beside the tree; key 0 is ???."""
        table = {0: ("???", (0.0,) * 4), **{key: (each, (1.0,) * 4) for key, each in names.items()}}
        labels = LabelAxis(["map"], [table])
        return write(self.root.parent / name, labels, cortex(), np.asarray(keys)[None])

    def table(self, text: str) -> Path:
        path = self.root.parent / "subjects.csv"
        path.write_text(text)
        return path
