"""CIFTI-2 files for Connectome Workbench: series, matrices, and the atlas with its colours.

A matrix in ``pconn.nii`` is [target, source] with nibabel, as everywhere in attnconn. **Workbench
calls the second of these axes its rows**: in wb_view and wb_command, a row is a source, with its
influence on all targets, and a column is a target, with what it is predicted from.

Parcels have names and vertices, and CIFTI-2 has no place for their colours. These are in the label
table of a ``dlabel.nii`` beside the files.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float32
from nibabel import Nifti2Header, imageglobals
from nibabel.cifti2 import cifti2_axes
from nibabel.cifti2.cifti2 import Cifti2Header, Cifti2Image, Cifti2MetaData

from attnconn_core.errors import AtlasError
from attnconn_core.export.exported import ExportedSession, ExportedStudy
from attnconn_core.export.names import file_name, method_label
from attnconn_core.export.parcels import parcels_axis, require_atlas
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["atlas_files", "cifti_files", "dlabel", "pconn", "ptseries"]

_UNLABELLED = ("???", (0.0, 0.0, 0.0, 0.0))
# Intents of the three kinds of file in the standard, by nibabel's names.
_SERIES, _MATRIX, _LABELS = "ConnParcelSries", "ConnParcels", "ConnDenseLabel"


def ptseries(series: TimeSeries, atlas: Atlas, run: int = 0) -> bytes:
    """Return one run of a series as a ``ptseries.nii`` file.

    Parameters
    ----------
    series
        The series.
    atlas
        An atlas with its regions.
    run
        Index of the run, from 0.

    Returns
    -------
    content
        The file; with nibabel (time, parcel), float32.

    Raises
    ------
    AtlasError
        If the atlas lacks a region.
    """
    frames = series.runs[run]
    time = cifti2_axes.SeriesAxis(0, series.repetition_time, len(frames), "SECOND")
    return _file(_SERIES, time, parcels_axis(atlas, series.regions), frames)


def pconn(matrix: Connectivity, atlas: Atlas, notes: Mapping[str, str] | None = None) -> bytes:
    """Return a matrix as a ``pconn.nii`` file.

    Parameters
    ----------
    matrix
        Connectivity, [target, source].
    atlas
        An atlas with its regions.
    notes
        Metadata of the file; by default the name of the method.

    Returns
    -------
    content
        The file; with nibabel (target, source). Workbench's rows are sources. Values are
        float32, as Workbench computes with them: about seven digits.

    Raises
    ------
    AtlasError
        If the atlas lacks a region.

    Examples
    --------
    >>> import numpy as np
    >>> from nibabel.cifti2 import Cifti2Image
    >>> from attnconn_core.parcellation import RegionTable
    >>> labels = {"CIFTI_STRUCTURE_CORTEX_LEFT": np.array([0, 0, 1])}
    >>> atlas = Atlas("two", labels, RegionTable.from_names(["V1", "V2"]))
    >>> matrix = Connectivity(np.array([[0, 2.0], [0.5, 0]]), ("V1", "V2"), "granger", True)
    >>> with imageglobals.LoggingOutputSuppressor():
    ...     image = Cifti2Image.from_bytes(pconn(matrix, atlas))
    >>> image.header.get_axis(0).name.tolist(), float(image.get_fdata()[0, 1])  # from V2 to V1
    (['V1', 'V2'], 2.0)
    """
    parcels = parcels_axis(atlas, matrix.regions)
    values = matrix.values.astype(np.float32)
    return _file(_MATRIX, parcels, parcels, values, notes or {"method": matrix.method})


def dlabel(atlas: Atlas, colours: Mapping[str, tuple[float, float, float, float]]) -> bytes:
    """Return an atlas as a ``dlabel.nii`` file: the names and colours of all vertices' regions.

    Parameters
    ----------
    atlas
        The atlas. Region number n of it, from 1, has the key n.
    colours
        Region → red, green, blue and opacity, from 0 to 1.

    Raises
    ------
    AtlasError
        If a region has no colour.
    """
    bare = [name for name in atlas.regions if name not in colours]
    if bare:
        raise AtlasError(f"every region of atlas {atlas.name} needs a colour; {bare[0]} has none")
    table = {0: _UNLABELLED}
    table |= {key: (name, colours[name]) for key, name in enumerate(atlas.regions, start=1)}
    surfaces = [
        cifti2_axes.BrainModelAxis.from_surface(np.arange(len(labels)), len(labels), structure)
        for structure, labels in atlas.labels.items()
    ]
    models = surfaces[0]
    for surface in surfaces[1:]:
        models = models + surface
    keys = np.concatenate([*atlas.labels.values()]) + 1  # the background, -1, becomes key 0
    names = cifti2_axes.LabelAxis([atlas.name], [table])
    return _file(_LABELS, names, models, keys[np.newaxis].astype(np.float32))


def cifti_files(session: ExportedSession) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a session's CIFTI files: one series per run, and the matrices.

    Raises
    ------
    AtlasError
        If the study has no CIFTI atlas, or the atlas lacks a region.
    """
    atlas, seg = require_atlas(session.parcellation), session.parcellation.name
    runs = () if session.series is None else session.series.runs
    for place in range(len(runs)):
        assert session.series is not None  # noqa: S101  (for mypy)
        run = place + 1 if len(runs) > 1 else None
        name = file_name(session.session, seg, "mean", "timeseries.ptseries.nii", run)
        yield name, ptseries(session.series, atlas, place)
    for matrix in session.matrices:
        stat = method_label(matrix.method.name)
        name = file_name(session.session, seg, stat, "relmat.pconn.nii")
        notes = matrix.notes(session.session, session.software)
        yield name, pconn(matrix.connectivity, atlas, notes)


def atlas_files(study: ExportedStudy) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the atlas with its names and colours.

    Raises
    ------
    AtlasError
        If the study has no CIFTI atlas, or a region has no colour.
    """
    parcellation = study.parcellation
    atlas = require_atlas(parcellation)
    others = [name for name in atlas.regions if name not in parcellation.regions.regions]
    shown = atlas.without(others, "regions that no series has")
    yield f"seg-{parcellation.name}_dseg.dlabel.nii", dlabel(shown, parcellation.colours)


def _file(
    intent: str,
    first: cifti2_axes.Axis,
    second: cifti2_axes.Axis,
    values: Float32[np.ndarray, "_ _"],
    notes: Mapping[str, str] | None = None,
) -> bytes:
    header = Nifti2Header()
    header.set_intent(intent, name=intent)
    header["pixdim"][1:] = 1.0  # nibabel reports sizes of 0 to a global log
    described = Cifti2Header.from_axes((first, second))
    described.matrix.metadata = Cifti2MetaData(dict(notes or {}))
    image: Any = Cifti2Image(values, described, header)
    image.set_data_dtype(np.float32)
    with imageglobals.LoggingOutputSuppressor():
        content: bytes = image.to_bytes()
    return content
