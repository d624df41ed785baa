"""Data classes that all packages exchange, and the axis names they share.

Series are always (time, region) and connectivity is always [target, source]:
row = the predicted region, column = the region it is predicted from.
"""

from attnconn_core.records.cohort import Cohort
from attnconn_core.records.connectivity import Connectivity
from attnconn_core.records.session import Session, check_identifier, subject_of
from attnconn_core.records.stacked import stacked
from attnconn_core.records.time_series import TimeSeries, numbered_regions

__all__ = [
    "Cohort",
    "Connectivity",
    "Session",
    "TimeSeries",
    "check_identifier",
    "numbered_regions",
    "stacked",
    "subject_of",
]
