"""The atlas of a source, and where its regions lie."""

from collections.abc import Sequence
from pathlib import Path

from attnconn_core.parcellation.atlas import Atlas, load_atlas
from attnconn_core.parcellation.label_image import LabelImage, load_label_image
from attnconn_core.sources.base import Source
from attnconn_core.sources.bids.companions import label_table_beside

__all__ = ["atlas_files", "cifti_atlas", "load_places"]

_ENDING = ".dlabel.nii"
_VOLUMES = (".nii.gz", ".nii")


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


def atlas_files(source: Source) -> tuple[Path, ...]:
    """Return the files that say where a source's regions lie; none if only names are known.

    Returns
    -------
    A ``dlabel.nii`` file, or a label image and its table. The files may not exist.

    Examples
    --------
    >>> from attnconn_core.sources import BidsDerivatives, Simulated
    >>> image = Path("/data/four.nii.gz")
    >>> source = BidsDerivatives(Path("/data/xcpd"), image, Path("/data/four.tsv"))
    >>> [path.name for path in atlas_files(source)]
    ['four.nii.gz', 'four.tsv']
    >>> atlas_files(Simulated(subjects=2, regions=3))
    ()
    """
    atlas = getattr(source, "atlas", None)
    if not isinstance(atlas, Path) or not atlas.name.endswith(_VOLUMES):
        return ()
    if cifti_atlas(source) is not None:
        return (atlas,)
    labels = getattr(source, "labels", None)
    if labels is None and atlas.is_file():
        labels = label_table_beside(atlas)
    return () if labels is None else (atlas, labels)


def load_places(files: Sequence[Path]) -> Atlas | LabelImage:
    """Return the atlas of the files that `atlas_files` returned.

    Raises
    ------
    AtlasError
        If a file can't be read.
    """
    return load_atlas(files[0]) if len(files) == 1 else load_label_image(files[0], files[1])
