"""Readers, which prepare a method's estimator for the session being made."""

from collections.abc import Callable

from attnconn_assets.building.work import Work
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.records import TimeSeries

__all__ = ["EstimatorFor", "Reader"]

# Part of a scan, and whether it is the whole scan → estimator. In a shortened scan all frames are
# used to learn, and none are held out to score forecasts.
EstimatorFor = Callable[[TimeSeries, bool], Estimator]
Reader = Callable[[Work], EstimatorFor]
