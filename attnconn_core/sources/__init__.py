"""Sources of scans: HCP trees, BIDS derivatives, parcellated series, the sample, simulations."""

from attnconn_core.sources.abilities import (
    brings_phenotypes,
    citation_of,
    fetches,
    known_measures,
    region_coverage,
    region_files,
    region_notes,
    series_files,
    session_motion,
    session_shape,
)
from attnconn_core.sources.arrays import ArrayFolder
from attnconn_core.sources.atlases import atlas_files, cifti_atlas, load_places
from attnconn_core.sources.base import DESIGN_LABELS, SCAN_NAMES, Design, Listing, Source
from attnconn_core.sources.bids.derivatives import BidsDerivatives
from attnconn_core.sources.bids.settings import Confounds, Scrub
from attnconn_core.sources.dates import date_problem, may_count_days
from attnconn_core.sources.hcp import HcpTree
from attnconn_core.sources.independent_samples import INDEPENDENT_SAMPLES, independent_samples
from attnconn_core.sources.keys import CHOOSES_SESSIONS, NOT_A_KEY, StudyKey
from attnconn_core.sources.known_truth import KnownTruth, read_known_truth
from attnconn_core.sources.missing_codes import far_values, is_code, missing_code, values_as_codes
from attnconn_core.sources.mixed_units import mixed_units
from attnconn_core.sources.motion import motion_measures
from attnconn_core.sources.motion_doubts import RunMotion, doubtful_motion, summarise_motion
from attnconn_core.sources.phenotype_subjects import match_phenotypes
from attnconn_core.sources.phenotypes import (
    as_written,
    check_phenotypes,
    read_phenotypes,
    target_columns,
)
from attnconn_core.sources.registry import SOURCES, sources
from attnconn_core.sources.sample import HcpSample
from attnconn_core.sources.scan_names import nearly_one_subject
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.simulated import Simulated
from attnconn_core.sources.simulated_truth import SIMULATED_TRUTHS, simulated_truth
from attnconn_core.sources.usual_regions import first_difference

__all__ = [
    "CHOOSES_SESSIONS",
    "DESIGN_LABELS",
    "INDEPENDENT_SAMPLES",
    "NOT_A_KEY",
    "SCAN_NAMES",
    "SIMULATED_TRUTHS",
    "SOURCES",
    "ArrayFolder",
    "BidsDerivatives",
    "Confounds",
    "Design",
    "HcpSample",
    "HcpTree",
    "KnownTruth",
    "Listing",
    "RunMotion",
    "Scrub",
    "SessionShape",
    "Simulated",
    "Source",
    "StudyKey",
    "as_written",
    "atlas_files",
    "brings_phenotypes",
    "check_phenotypes",
    "cifti_atlas",
    "citation_of",
    "date_problem",
    "doubtful_motion",
    "far_values",
    "fetches",
    "first_difference",
    "independent_samples",
    "is_code",
    "known_measures",
    "load_places",
    "match_phenotypes",
    "may_count_days",
    "missing_code",
    "mixed_units",
    "motion_measures",
    "nearly_one_subject",
    "read_known_truth",
    "read_phenotypes",
    "region_coverage",
    "region_files",
    "region_notes",
    "series_files",
    "session_motion",
    "session_shape",
    "simulated_truth",
    "sources",
    "summarise_motion",
    "target_columns",
    "values_as_codes",
]
