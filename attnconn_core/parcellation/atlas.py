"""Atlases: which region every vertex of a surface belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int
from nibabel.cifti2 import cifti2_axes

from attnconn_core.errors import AtlasError
from attnconn_core.parcellation.cifti import CiftiMatrix, describe, open_cifti
from attnconn_core.parcellation.models import BrainModels
from attnconn_core.parcellation.regions import RegionTable

__all__ = ["BACKGROUND", "Atlas", "load_atlas"]

BACKGROUND = -1
"""The region of a vertex that belongs to none, such as the medial wall."""

_UNLABELLED = "???"
_SIDES = (("_LEFT", "L"), ("_RIGHT", "R"))


@dataclass(frozen=True, eq=False)
class Atlas:
    """A parcellation of the surfaces.

    Attributes
    ----------
    name
        The file it came from, without folder and endings.
    labels
        CIFTI structure (such as ``CIFTI_STRUCTURE_CORTEX_LEFT``) → for every vertex of
        that surface, medial wall included, an index into `regions` or `BACKGROUND`.
    table
        The regions, with hemisphere and network where they are known.
    """

    name: str
    labels: Mapping[str, Int[np.ndarray, " _"]]
    table: RegionTable = field(repr=False)

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, in the order of the file's label keys."""
        return self.table.regions

    @property
    def n_vertices(self) -> dict[str, int]:
        """CIFTI structure → vertices of its whole surface."""
        return {structure: len(labels) for structure, labels in self.labels.items()}


def load_atlas(path: Path) -> Atlas:
    """Read an atlas from a ``dlabel.nii`` file.

    Label 0 and any label called ``???`` are background. The file must hold one map:
    which of several is meant can't be known, and they differ. Regions come in the order
    of their keys, as Connectome Workbench has them.

    Parameters
    ----------
    path
        A CIFTI-2 dense label file whose labels lie on surfaces.

    Raises
    ------
    AtlasError
        If the file isn't such a one, holds several maps, labels voxels, uses a key
        that its label table lacks, or names a region that has no vertex.
    """
    matrix = open_cifti(Path(path), AtlasError)
    labels, models = matrix.axes
    if not isinstance(labels, cifti2_axes.LabelAxis) or not isinstance(models, BrainModels):
        raise AtlasError(
            f"{path}: an atlas must be a dense label file (dlabel.nii); got {describe(matrix)}"
        )
    if len(labels) != 1:
        raise AtlasError(
            f"{path}: an atlas must hold one map; got {len(labels)}: {', '.join(labels.name)}"
        )
    try:
        names = {int(key): str(name) for key, (name, _) in labels.label[0].items()}
        return _build(matrix, models, names)
    except AtlasError as problem:
        raise AtlasError(f"{path}: {problem}") from problem


def _build(matrix: CiftiMatrix, models: BrainModels, names: dict[int, str]) -> Atlas:
    keys = _read_keys(matrix)
    background = {0, *(key for key, name in names.items() if name == _UNLABELLED)}
    used = set(np.unique(keys).tolist()) - background
    foreign = sorted(used - set(names))
    if foreign:
        raise AtlasError(
            f"every key of an atlas must be in its label table; key {foreign[0]} is not"
        )
    wanted = sorted(set(names) - background)
    absent = [names[key] for key in wanted if key not in used]
    if absent or not wanted:
        raise AtlasError(
            "every region of an atlas needs at least one vertex; "
            + (
                f"{len(absent)} have none: {', '.join(absent[:5])}"
                if absent
                else "it has no region"
            )
        )
    index = np.full(len(keys), BACKGROUND, dtype=np.int32)
    labelled = ~np.isin(keys, list(background))
    index[labelled] = np.searchsorted(wanted, keys[labelled])
    surfaces = _per_surface(models, index)
    return Atlas(
        name=matrix.path.name.removesuffix(".nii").removesuffix(".dlabel"),
        labels=surfaces,
        table=_with_sides(RegionTable.from_names([names[key] for key in wanted]), surfaces),
    )


def _read_keys(matrix: CiftiMatrix) -> Int[np.ndarray, " grayordinate"]:
    parts = [stored[:, 0].astype(np.float64) for *_, stored in matrix.blocks(0, matrix.shape[1])]
    keys = np.concatenate(parts) * matrix.slope + matrix.inter
    if not np.array_equal(keys, np.round(keys)):
        raise AtlasError("the keys of an atlas must be whole numbers; some are not")
    return keys.astype(np.int64)


def _per_surface(
    models: BrainModels, index: Int[np.ndarray, " grayordinate"]
) -> dict[str, Int[np.ndarray, " _"]]:
    surfaces = {}
    for model in models.models:
        regions = index[model.start : model.stop]
        if model.vertices is not None and model.n_vertices is not None:
            labels = np.full(model.n_vertices, BACKGROUND, dtype=np.int32)
            labels[model.vertices] = regions
            surfaces[model.structure] = labels
        elif (regions != BACKGROUND).any():
            raise AtlasError(
                "an atlas must lie on surfaces; it labels "
                f"{(regions != BACKGROUND).sum()} voxels of {model.structure}"
            )
    return surfaces


def _with_sides(table: RegionTable, surfaces: Mapping[str, np.ndarray]) -> RegionTable:
    """Add the hemispheres that the surfaces say, where the names say none."""
    if table.hemispheres is not None:
        return table
    found: list[set[str]] = [set() for _ in table.regions]
    for structure, labels in surfaces.items():
        side = next((side for end, side in _SIDES if structure.endswith(end)), "")
        for region in np.unique(labels[labels != BACKGROUND]):
            found[region].add(side)
    sides = tuple(each.pop() if len(each) == 1 else "" for each in found)
    return replace(table, hemispheres=sides)
