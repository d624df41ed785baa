"""Where scans come from."""

from attnconn_core.sources.arrays import ArrayFolder
from attnconn_core.sources.base import DESIGN_LABELS, Design, Listing, Source
from attnconn_core.sources.hcp import HcpTree
from attnconn_core.sources.phenotypes import (
    check_phenotypes,
    read_phenotypes,
    target_columns,
)
from attnconn_core.sources.sample import HcpSample
from attnconn_core.sources.simulated import Simulated

__all__ = [
    "DESIGN_LABELS",
    "ArrayFolder",
    "Design",
    "HcpSample",
    "HcpTree",
    "Listing",
    "Simulated",
    "Source",
    "check_phenotypes",
    "read_phenotypes",
    "target_columns",
]
