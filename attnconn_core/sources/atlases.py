"""The atlas of a source."""

from pathlib import Path

from attnconn_core.sources.base import Source

__all__ = ["cifti_atlas"]

_ENDING = ".dlabel.nii"


def cifti_atlas(source: Source) -> Path | None:
    """Return the path of a source's ``atlas`` if it is in CIFTI (``dlabel.nii``), else None.

    Examples
    --------
    >>> from attnconn_core.sources import HcpTree, Simulated
    >>> cifti_atlas(HcpTree(Path("/data/hcp"), Path("four.dlabel.nii"))).name
    'four.dlabel.nii'
    >>> cifti_atlas(Simulated(subjects=2, regions=3)) is None
    True
    """
    atlas = getattr(source, "atlas", None)
    return atlas if isinstance(atlas, Path) and atlas.name.endswith(_ENDING) else None
