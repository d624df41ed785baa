"""The registry of formats: which files each gives for a session, and for a study as a whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from attnconn_core.errors import ParameterError
from attnconn_core.export.bids import bids_files
from attnconn_core.export.cifti import atlas_files, cifti_files
from attnconn_core.export.dataset import region_files
from attnconn_core.export.edge_list import edge_list_files
from attnconn_core.export.exported import ExportedSession, ExportedStudy
from attnconn_core.export.graphml import graphml_files
from attnconn_core.export.scores import score_files
from attnconn_core.export.tested_edges import significance_files
from attnconn_core.export.weights import weight_files
from attnconn_core.plugins import Registry

__all__ = ["FORMATS", "Format", "check_formats", "files_of"]

_OfSession = Callable[[ExportedSession], Iterator[tuple[str, bytes]]]
_OfStudy = Callable[[ExportedStudy], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True)
class Format:
    """A kind of files.

    Attributes
    ----------
    label
        What the files are, for readers.
    of_session, of_study
        Functions that yield name and content of the files of a session, and of a study as a
        whole; None if there are none.
    needs_atlas
        Whether it needs the vertices of the regions, from an atlas in CIFTI.
    size
        About how many bytes a matrix takes per pair of regions, in a session's files; measured
        on directed matrices of 94 regions.
    """

    label: str
    of_session: _OfSession | None = None
    of_study: _OfStudy | None = None
    needs_atlas: bool = False
    size: int = 0

    def files(self, exported: ExportedSession | ExportedStudy) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of the files of a session or study."""
        if isinstance(exported, ExportedSession):
            yield from self.of_session(exported) if self.of_session else ()
        else:
            yield from self.of_study(exported) if self.of_study else ()

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of the modules that give the files."""
        parts = (self.of_session, self.of_study)
        return tuple(dict.fromkeys(part.__module__ for part in parts if part is not None))


#: Every format, by its name in studies and commands.
FORMATS: Mapping[str, Format] = Registry(
    {
        "bids": Format(
            "series and matrices as tables, with sidecars", bids_files, region_files, size=21
        ),
        "cifti": Format(
            "series and matrices in CIFTI-2, and the atlas with its colours",
            cifti_files,
            atlas_files,
            needs_atlas=True,
            size=4,
        ),
        "graphml": Format("matrices as graphs", graphml_files, size=122),
        "edges": Format("matrices as lists of edges", edge_list_files, size=48),
        "scores": Format(
            "all scores as one table, and tests of edges", significance_files, score_files
        ),
        "weights": Format("weights of forecasters", of_study=weight_files),
    },
    {},
)


def check_formats(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of formats, each once.

    Raises
    ------
    ParameterError
        Naming those that don't exist.
    """
    chosen = tuple(dict.fromkeys(names))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown:
        raise ParameterError(
            f"a format must be among {', '.join(FORMATS)}; got {', '.join(map(repr, unknown))}"
        )
    return chosen


def files_of(
    exported: ExportedSession | ExportedStudy, formats: Iterable[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of a session, or of a study as a whole.

    Raises
    ------
    ParameterError
        If a format doesn't exist.
    AtlasError
        If a format needs an atlas that the study doesn't have.
    """
    for name in check_formats(formats):
        yield from FORMATS[name].files(exported)
