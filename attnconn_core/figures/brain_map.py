"""The map of net flow that a study's atlas allows: on the cortex, in a volume, or none."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from attnconn_core.connectivity.flow import Flow
from attnconn_core.errors import AtlasError
from attnconn_core.figures.method_styles import Styles
from attnconn_core.figures.surface import flow_in_volume, flow_on_surface
from attnconn_core.figures.surface_views import find_meshes
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.parcellation.label_image import LabelImage

__all__ = ["brain_map"]


def brain_map(
    flows: Sequence[Flow],
    places: Atlas | LabelImage | None,
    *,
    subtitle: str = "",
    styles: Styles | None = None,
) -> tuple[Figure | None, str]:
    """Draw net flow where the regions lie; return the figure, or None and why there is none.

    Parameters
    ----------
    flows
        One per directed method.
    places
        Vertices or voxels of the regions; None if they are known by name only.
    subtitle, styles
        As for `matrix_gallery`.

    Raises
    ------
    ParameterError
        If a region isn't in the atlas.
    """
    if not flows:
        return None, "no method of the study is directed"
    if places is None:
        return None, "the regions are known by name only: the source has no atlas"
    if isinstance(places, LabelImage):
        return flow_in_volume(flows, places, subtitle=subtitle, styles=styles), ""
    meshes = find_meshes()
    if meshes is None:
        return None, "it needs surfaces, which aren't installed: pip install 'attnconn[surface]'"
    try:
        return flow_on_surface(flows, places, meshes, subtitle=subtitle, styles=styles), ""
    except AtlasError as problem:
        return None, str(problem)
