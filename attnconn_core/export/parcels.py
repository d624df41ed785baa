"""Parcels: the axis of CIFTI files that holds each region's name and vertices."""

from collections.abc import Sequence

import numpy as np
from nibabel.cifti2 import cifti2_axes

from attnconn_core.errors import AtlasError
from attnconn_core.export.exported import Parcellation
from attnconn_core.parcellation.atlas import Atlas

__all__ = ["parcels_axis", "require_atlas"]

_SHOWN = 5


def require_atlas(parcellation: Parcellation) -> Atlas:
    """Return the atlas of a parcellation.

    Raises
    ------
    AtlasError
        If it has none.
    """
    if parcellation.atlas is None:
        raise AtlasError(
            "a parcellated CIFTI file holds the vertices of every region, so it needs a study "
            f"with an atlas in CIFTI (a dlabel.nii file); the {len(parcellation.regions.regions)} "
            f"regions of {parcellation.name} are known by name only. Leave out the format cifti"
        )
    return parcellation.atlas


def parcels_axis(atlas: Atlas, regions: Sequence[str]) -> cifti2_axes.ParcelsAxis:
    """Return the parcels of some regions of an atlas, in the order given.

    CIFTI-2 parcels hold a name, vertices and voxels; they have no colours.

    Parameters
    ----------
    atlas
        The atlas.
    regions
        Names of the regions.

    Raises
    ------
    AtlasError
        If the atlas lacks one of the regions.
    """
    number = {name: place for place, name in enumerate(atlas.regions)}
    lacking = [name for name in regions if name not in number]
    if lacking:
        more = ", …" if len(lacking) > _SHOWN else ""
        raise AtlasError(
            f"every region must be in the atlas {atlas.name}; these aren't: "
            f"{', '.join(lacking[:_SHOWN])}{more}"
        )
    vertices = [
        {
            structure: np.flatnonzero(labels == number[name])
            for structure, labels in atlas.labels.items()
            if (labels == number[name]).any()
        }
        for name in regions
    ]
    return cifti2_axes.ParcelsAxis(
        name=np.array(regions, dtype=object),
        voxels=[np.empty((0, 3), dtype=int) for _ in regions],
        vertices=vertices,
        nvertices=dict(atlas.n_vertices),
    )
