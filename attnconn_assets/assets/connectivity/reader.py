"""A reader makes a method's estimator ready for the session that is worked on."""

from collections.abc import Callable

from attnconn_assets.building.work import Work
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.records import TimeSeries

__all__ = ["EstimatorFor", "Reader"]

# A part of a scan, and whether it is the whole of it → what estimates it. A shortened
# scan has no frames to spare for judging a forecast: all of them are learned from.
EstimatorFor = Callable[[TimeSeries, bool], Estimator]
Reader = Callable[[Work], EstimatorFor]
