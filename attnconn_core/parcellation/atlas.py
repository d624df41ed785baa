"""Atlases: the region of every vertex of a surface."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Int
from nibabel.cifti2 import cifti2_axes

from attnconn_core.errors import AtlasError
from attnconn_core.names import composed
from attnconn_core.parcellation.cifti import CiftiMatrix, describe, open_cifti
from attnconn_core.parcellation.models import BrainModels
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records.short_repr import ShortRepr

__all__ = ["BACKGROUND", "Atlas", "load_atlas"]

BACKGROUND = -1
"""Label of a vertex that belongs to no region, such as the medial wall."""

_UNLABELLED = "???"
_SIDES = (("_LEFT", "L"), ("_RIGHT", "R"))


@dataclass(frozen=True, eq=False, repr=False)
class Atlas(ShortRepr):
    """A parcellation of the surfaces.

    Attributes
    ----------
    name
        Name of the file, without folder and endings.
    labels
        CIFTI structure (such as ``CIFTI_STRUCTURE_CORTEX_LEFT``) → one number per vertex of
        that surface, medial wall included: an index into `regions`, or `BACKGROUND`.
    table
        The regions, with hemisphere and network if known.
    notes
        Warnings about the file, one sentence each.
    """

    name: str
    labels: Mapping[str, Int[np.ndarray, " _"]]
    table: RegionTable = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, in the order of the file's label keys."""
        return self.table.regions

    @property
    def n_vertices(self) -> dict[str, int]:
        """CIFTI structure → number of vertices of its full surface."""
        return {structure: len(labels) for structure, labels in self.labels.items()}

    def without(self, regions: Collection[str], why: str) -> "Atlas":
        """Return the atlas with some regions turned into background; `why` begins the note."""
        if not regions:
            return self
        kept = [number for number, name in enumerate(self.regions) if name not in regions]
        # The last entry is for the background, whose index is -1.
        renumbered = np.full(len(self.regions) + 1, BACKGROUND, dtype=np.int32)
        renumbered[kept] = np.arange(len(kept))
        names = [self.regions[number] for number in kept]
        surfaces = {structure: renumbered[labels] for structure, labels in self.labels.items()}
        return replace(
            self,
            labels=surfaces,
            table=_with_sides(RegionTable.from_names(names), surfaces),
            notes=(*self.notes, f"{why}: {_listed(regions)}"),
        )


def load_atlas(path: str | os.PathLike[str], drop_labels: Collection[str] = ()) -> Atlas:
    """Return the atlas of a ``dlabel.nii`` file.

    Regions are the parcels of ``wb_command -cifti-parcellate``: every label of the table that
    at least one vertex has, in the order of the keys. Vertices are background if their label is
    named ``???``, whatever its key, or if their key isn't in the table. The file must hold
    exactly one map, because nothing says which of several is meant.

    Parameters
    ----------
    path
        A CIFTI-2 dense label file with labels on surfaces.
    drop_labels
        Names of further labels to treat as background, such as ``"L_unknown"``.

    Raises
    ------
    AtlasError
        If the file isn't such a file, holds several maps, labels voxels or has no region, or
        its table lacks one of `drop_labels`.

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
    >>> load_atlas(folder / "atlas.dlabel.nii").regions
    ('V1', 'V2')
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
        names = {int(key): composed(str(name)) for key, (name, _) in labels.label[0].items()}
        return _build(matrix, models, names, [*map(composed, drop_labels)])
    except AtlasError as problem:
        raise AtlasError(f"{path}: {problem}") from problem


def _build(
    matrix: CiftiMatrix, models: BrainModels, names: dict[int, str], drop_labels: Collection[str]
) -> Atlas:
    unknown = [name for name in drop_labels if name not in names.values()]
    if unknown:
        raise AtlasError(
            f"labels to drop must be in the atlas's table; {_listed(unknown)} isn't "
            f"among {_listed(names.values())}"
        )
    keys = _read_keys(matrix)
    used, counts = np.unique(keys, return_counts=True)
    left_out = {_UNLABELLED, *drop_labels}
    wanted = [key for key in used.tolist() if key in names and names[key] not in left_out]
    if not wanted:
        raise AtlasError("an atlas needs a label that a vertex has; this one has no region")
    index = np.full(len(keys), BACKGROUND, dtype=np.int32)
    labelled = np.isin(keys, wanted)
    index[labelled] = np.searchsorted(wanted, keys[labelled])
    foreign = {int(key): int(n) for key, n in zip(used, counts, strict=True) if key not in names}
    surfaces = _per_surface(models, index)
    table = RegionTable.from_names([names[key] for key in wanted])
    return Atlas(
        name=matrix.path.name.removesuffix(".nii").removesuffix(".dlabel"),
        labels=surfaces,
        table=_with_sides(table, surfaces),
        notes=_notes(
            matrix.path.name,
            [name for key, name in names.items() if key not in used and name not in left_out],
            {key: n for key, n in foreign.items() if key != 0},
            _astray(table, surfaces),
        ),
    )


def _notes(
    file: str, unused: list[str], foreign: Mapping[int, int], astray: Sequence[str]
) -> tuple[str, ...]:
    """Return warnings about labels without vertices and vertices without labels, by key.

    Key 0 normally means no label. Also warn of labels with vertices in the hemisphere opposite
    to the one in their names.
    """
    warnings = []
    if unused:
        warnings.append(f"{file}: labels without vertices are left out: {_listed(unused)}")
    if foreign:
        warnings.append(
            f"{file}: {sum(foreign.values())} vertices have keys that aren't in the label table "
            f"({_listed(map(str, foreign))}) and belong to no region"
        )
    if astray:
        warnings.append(
            f"{file}: a region's vertices must lie in the hemisphere in its name; not so for "
            f"{_listed(astray)}: check whether keys are mixed up between hemispheres"
        )
    return tuple(warnings)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:5]) + (f", … ({len(every)})" if len(every) > 5 else "")


def _read_keys(matrix: CiftiMatrix) -> Int[np.ndarray, " grayordinate"]:
    parts = [stored[:, 0].astype(np.float64) for *_, stored in matrix.blocks(0, matrix.shape[1])]
    keys = np.concatenate(parts) * matrix.slope + matrix.inter
    # 2^31 as a float is above CIFTI's largest key, and infinity also passes as a whole number.
    if not (np.array_equal(keys, np.round(keys)) and (np.abs(keys) < 2**31).all()):
        raise AtlasError("the keys of an atlas must be whole numbers below 2^31; some are not")
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


def _astray(table: RegionTable, surfaces: Mapping[str, np.ndarray]) -> list[str]:
    """Return regions with vertices in a hemisphere other than their names', with the counts."""
    astray: dict[str, int] = {}
    for structure, labels in surfaces.items():
        here = next((side for end, side in _SIDES if structure.endswith(end)), "")
        regions, counts = np.unique(labels[labels != BACKGROUND], return_counts=True)
        for region, count in zip(regions, counts, strict=True):
            said = table.hemispheres[region] if table.hemispheres else ""
            if here and said and said != here:
                astray[table.regions[region]] = int(count)
    return [f"{name} ({count} vertices)" for name, count in astray.items()]


def _with_sides(table: RegionTable, surfaces: Mapping[str, np.ndarray]) -> RegionTable:
    """Return the table with hemispheres from the surfaces, where names give none."""
    if table.hemispheres is not None:
        return table
    sides_with_vertices: list[set[str]] = [set() for _ in table.regions]
    for structure, labels in surfaces.items():
        side = next((side for end, side in _SIDES if structure.endswith(end)), "")
        for region in np.unique(labels[labels != BACKGROUND]):
            sides_with_vertices[region].add(side)
    sides = tuple(present.pop() if len(present) == 1 else "" for present in sides_with_vertices)
    return replace(table, hemispheres=sides)
