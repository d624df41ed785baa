"""Brain models: the surface and vertex of each grayordinate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

__all__ = ["MOST_VERTICES", "BrainModel", "BrainModels"]

MOST_VERTICES = 10**6
"""Largest number per hemisphere; the finest surface in use, fsaverage, has 163,842."""

_SURFACE = "CIFTI_MODEL_TYPE_SURFACE"


@dataclass(frozen=True, eq=False)
class BrainModel:
    """The range of grayordinates of one structure.

    Attributes
    ----------
    structure
        CIFTI's name, such as ``CIFTI_STRUCTURE_CORTEX_LEFT``.
    start, stop
        Range of its grayordinates in the file.
    vertices
        Vertex of each grayordinate; None for voxels.
    n_vertices
        Number of vertices of the full surface, medial wall included; None for voxels.

    Raises
    ------
    ValueError
        If the vertices don't fit the surface or the range, or one occurs twice.
    """

    structure: str
    start: int
    stop: int
    vertices: Int[np.ndarray, " _"] | None = None
    n_vertices: int | None = None

    def __post_init__(self) -> None:
        if self.vertices is None or self.n_vertices is None:
            return
        if not 0 < self.n_vertices <= MOST_VERTICES:
            raise ValueError(
                f"a surface must have at most {MOST_VERTICES} vertices; {self.structure} has "
                f"{self.n_vertices}"
            )
        length = self.stop - self.start
        if len(self.vertices) != length or len(np.unique(self.vertices)) != length:
            raise ValueError(
                f"{self.structure} must have a different vertex for each of its {length} "
                f"grayordinates; got {len(np.unique(self.vertices))} vertices"
            )
        if length and not 0 <= self.vertices.min() <= self.vertices.max() < self.n_vertices:
            raise ValueError(
                f"vertices of {self.structure} must lie in 0 to {self.n_vertices - 1}; "
                f"got {self.vertices.min()} to {self.vertices.max()}"
            )


@dataclass(frozen=True, eq=False)
class BrainModels:
    """An axis of grayordinates, structure by structure.

    nibabel's own `BrainModelAxis` holds a name and a voxel for every grayordinate, and building
    it takes longer than computing the parcel means.

    Raises
    ------
    ValueError
        If the models leave gaps, overlap, or repeat a surface.
    """

    models: tuple[BrainModel, ...]

    def __post_init__(self) -> None:
        end = 0
        for model in self.models:
            if model.start != end or model.stop < model.start:
                raise ValueError(
                    f"brain models must follow each other without gaps; {model.structure} "
                    f"lies at {model.start} to {model.stop}, after {end}"
                )
            end = model.stop
        names = [model.structure for model in self.surfaces]
        if len(set(names)) < len(names):
            raise ValueError(f"every surface must occur only once; got {', '.join(names)}")

    def __len__(self) -> int:
        return self.models[-1].stop if self.models else 0

    @property
    def surfaces(self) -> tuple[BrainModel, ...]:
        """The models that lie on a surface."""
        return tuple(model for model in self.models if model.vertices is not None)

    @classmethod
    def from_nibabel(cls, models: Sequence[Any]) -> "BrainModels":
        """Return the models of nibabel's index map."""
        taken = [_take(model) for model in models]
        return cls(tuple(sorted(taken, key=lambda model: (model.start, model.stop))))


def _take(model: Any) -> BrainModel:
    start, stop = model.index_offset, model.index_offset + model.index_count
    if model.model_type != _SURFACE:
        return BrainModel(model.brain_structure, start, stop)
    return BrainModel(
        structure=model.brain_structure,
        start=start,
        stop=stop,
        vertices=np.array(list(model.vertex_indices or ()), dtype=np.int64),
        n_vertices=int(model.surface_number_of_vertices),
    )
