"""The key ``export`` of a study: files for other programs."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import field_validator

from attnconn_assets.study.settings import Settings
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import StudyError
from attnconn_core.export.names import bids_label
from attnconn_core.export.registry import FORMATS
from attnconn_core.sources import Source, cifti_atlas

__all__ = ["ExportSettings", "parcellation_label", "require_exportable"]


class ExportSettings(Settings):
    """Files for other programs, made with the results; none by default.

    Attributes
    ----------
    formats
        Formats of the files: ``bids`` (tables with sidecars), ``cifti`` (needs an atlas in CIFTI),
        ``graphml``, ``edges``, ``scores`` and ``weights`` (of the cohort model that is read).
    methods
        Methods whose matrices are exported; by default all of the study.
    parcellation
        Name of the parcellation in file names, after ``seg-``; by default the name of the atlas,
        or the number of regions.
    """

    formats: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    parcellation: str | None = None

    @field_validator("formats")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not set(names) <= set(FORMATS):
            raise ValueError(f"must be among {', '.join(FORMATS)}")
        return tuple(dict.fromkeys(names))

    @field_validator("parcellation")
    @classmethod
    def _is_a_label(cls, name: str | None) -> str | None:
        return None if name is None else bids_label(name)


def parcellation_label(settings: ExportSettings, source: Source) -> str | None:
    """Return the name of the parcellation in file names; None if neither key nor atlas gives it."""
    atlas = cifti_atlas(source)
    if settings.parcellation or atlas is None:
        return settings.parcellation
    return bids_label(atlas.name.removesuffix(".dlabel.nii"))


def require_exportable(
    path: Path, settings: ExportSettings, methods: Sequence[Method], source: Source
) -> None:
    """Raise an error if a format needs what the study doesn't have, or a method isn't chosen.

    Raises
    ------
    StudyError
        Naming the file, the key, the rule and the value.
    """
    names = [method.name for method in methods]
    others = [name for name in settings.methods if name not in names]
    if others:
        raise StudyError(
            f"{path}: export.methods must be among the study's methods, {', '.join(names)}; "
            f"got {', '.join(others)}"
        )
    unable = [name for name in settings.formats if FORMATS[name].needs_atlas]
    if unable and cifti_atlas(source) is None:
        raise StudyError(
            f"{path}: export.formats: {', '.join(unable)} needs a source with an atlas in CIFTI "
            "(dlabel.nii), because it holds the vertices of every region; this study has none"
        )
    if "weights" in settings.formats and all(m.needs != "cohort model" for m in methods):
        raise StudyError(
            f"{path}: export.formats: weights are those of the cohort model that is read, so a "
            f"method must read one; got {', '.join(names)}"
        )
