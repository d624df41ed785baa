"""Files for other programs: records in, the content of files out.

::

    registry     formats by name, and the files that each gives
    bids         series and matrices as tables, with sidecars
    cifti        ptseries.nii, pconn.nii, and the atlas with its colours as dlabel.nii
    graphml      graphs for networkx, igraph, Gephi and Cytoscape
    edge_list    graphs as tables
    scores       a study's scores as one table
    tested_edges significance of edges, and the contrast of groups, as tables
    weights      forecasters with their configuration
    dataset      what makes the files a derivative dataset of BIDS
    names        names of files
    exported     records of what is exported
    writing      text, and files that are written completely or not at all

A matrix is [target, source] in every format, rows are the regions that are predicted, and an edge
of a graph goes from source to target. Equal records give equal bytes.
"""

from attnconn_core.export.bids import relmat, timeseries
from attnconn_core.export.cifti import dlabel, pconn, ptseries
from attnconn_core.export.dataset import dataset_files
from attnconn_core.export.edge_list import edges
from attnconn_core.export.exported import (
    ExportedContrast,
    ExportedMatrix,
    ExportedSession,
    ExportedStudy,
    ExportedTest,
    Parcellation,
    Software,
)
from attnconn_core.export.graphml import graphml
from attnconn_core.export.names import bids_label, check_labels, folder_of
from attnconn_core.export.registry import (
    FORMATS,
    Format,
    check_formats,
    files_of,
)
from attnconn_core.export.scores import tidy_scores
from attnconn_core.export.writing import write_file

__all__ = [
    "FORMATS",
    "ExportedContrast",
    "ExportedMatrix",
    "ExportedSession",
    "ExportedStudy",
    "ExportedTest",
    "Format",
    "Parcellation",
    "Software",
    "bids_label",
    "check_formats",
    "check_labels",
    "dataset_files",
    "dlabel",
    "edges",
    "files_of",
    "folder_of",
    "graphml",
    "pconn",
    "ptseries",
    "relmat",
    "tidy_scores",
    "timeseries",
    "write_file",
]
