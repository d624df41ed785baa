"""Atlases in a volume: a NIfTI image with the number of a region in every voxel."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.errors import AtlasError
from attnconn_core.names import composed
from attnconn_core.parcellation.label_table import LabelTable, read_label_table, regions_of
from attnconn_core.parcellation.nifti import open_nifti, read_voxels
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.wording import first_few

__all__ = ["LabelImage", "load_label_image"]

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class LabelImage:
    """A parcellation of a volume.

    Attributes
    ----------
    name
        Name of the file, without folder and endings.
    labels
        Number of the region of every voxel, 1 for the first region; 0 for none.
    affine
        From voxels to millimetres.
    table
        The regions, in the order of their numbers in the file.
    notes
        Warnings about the file, one sentence each.
    """

    name: str
    labels: Int[np.ndarray, "x y z"] = field(repr=False)
    affine: Float[np.ndarray, "4 4"] = field(repr=False)
    table: RegionTable = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return self.table.regions


def load_label_image(path: Path, labels: Path, drop_labels: Collection[str] = ()) -> LabelImage:
    """Return the atlas of a label image and its table.

    Regions are the labels of the table, in the order of their numbers; 0 is background.

    Parameters
    ----------
    path
        A NIfTI image of three dimensions (``.nii.gz`` or ``.nii``) with whole numbers.
    labels
        Table of its labels (see `read_label_table`).
    drop_labels
        Names of labels that are no regions.

    Raises
    ------
    AtlasError
        If a file can't be read, a label of the image isn't in the table, a label of the table
        has no voxel, or one of `drop_labels` isn't in the table.
    """
    image = open_nifti(Path(path), AtlasError)
    numbers = _numbers(Path(path), image)
    table = read_label_table(Path(labels))
    dropped = [composed(name) for name in drop_labels]
    _check_labels(path, labels, numbers, table, dropped)
    wanted = [
        number for number in sorted(table) if number != 0 and table[number]["name"] not in dropped
    ]
    renumbered = np.zeros(numbers.max() + 1, dtype=np.int32)
    renumbered[wanted] = np.arange(1, len(wanted) + 1)
    try:
        regions = regions_of(table, wanted)
    except AtlasError as problem:
        raise AtlasError(f"{labels}: {problem}") from problem
    return LabelImage(
        name=Path(path).name.removesuffix(".gz").removesuffix(".nii"),
        labels=renumbered[numbers],
        affine=np.asarray(image.affine, dtype=np.float64),
        table=regions,
    )


def _numbers(path: Path, image: Any) -> Int[np.ndarray, "x y z"]:
    if len(image.shape) != 3:
        raise AtlasError(
            f"{path}: a label image must have three dimensions; it has shape {image.shape}. "
            "Maps of probabilities must be thresholded first"
        )
    values = read_voxels(path, image, AtlasError)
    all_integers = np.isfinite(values).all() and np.array_equal(values, np.round(values))
    if not all_integers or values.min() < 0 or values.max() >= 2**20:
        raise AtlasError(
            f"{path}: the voxels of a label image must be whole numbers from 0 to {2**20}; got "
            f"{values.min():g} to {values.max():g}{'' if all_integers else ', not all whole'}"
        )
    return values.astype(np.int32)


def _check_labels(
    path: Path,
    labels: Path,
    numbers: Int[np.ndarray, "x y z"],
    table: LabelTable,
    dropped: Collection[str],
) -> None:
    there = set(np.unique(numbers).tolist()) - {0}
    unnamed = sorted(there - set(table))
    if unnamed:
        raise AtlasError(
            f"{path}: every label must have a row in its table {labels}; {len(unnamed)} have none: "
            f"{first_few(unnamed, _SHOWN)}"
        )
    names = {number: row["name"] for number, row in table.items()}
    unknown = [name for name in dropped if name not in names.values()]
    if unknown:
        raise AtlasError(
            f"{labels}: labels to drop must be in the table; {first_few(unknown, _SHOWN)} isn't "
            f"among {first_few([*names.values()], _SHOWN)}"
        )
    bare = [n for k, n in sorted(names.items()) if k not in there and k != 0 and n not in dropped]
    if bare:
        raise AtlasError(
            f"{path}: every region of its table {labels} must have a voxel; {len(bare)} have none: "
            f"{first_few(bare, _SHOWN)}. Leave them out with drop_labels"
        )
    if not there:
        raise AtlasError(f"{path}: an atlas needs a label that a voxel has; all are 0")
