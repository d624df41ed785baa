"""Where scans come from."""

from attnconn_core.sources.arrays import ArrayFolder
from attnconn_core.sources.base import DESIGN_LABELS, Design, Listing, Source
from attnconn_core.sources.hcp import HcpTree
from attnconn_core.sources.independent_samples import INDEPENDENT_SAMPLES, independent_samples
from attnconn_core.sources.known_truth import KnownTruth, read_known_truth
from attnconn_core.sources.phenotypes import (
    as_written,
    check_phenotypes,
    read_phenotypes,
    target_columns,
)
from attnconn_core.sources.sample import HcpSample
from attnconn_core.sources.simulated import Simulated
from attnconn_core.sources.simulated_truth import SIMULATED_TRUTHS, simulated_truth

__all__ = [
    "DESIGN_LABELS",
    "INDEPENDENT_SAMPLES",
    "SIMULATED_TRUTHS",
    "ArrayFolder",
    "Design",
    "HcpSample",
    "HcpTree",
    "KnownTruth",
    "Listing",
    "Simulated",
    "Source",
    "as_written",
    "check_phenotypes",
    "independent_samples",
    "read_known_truth",
    "read_phenotypes",
    "simulated_truth",
    "target_columns",
]
