"""What every method has in common."""

from typing import Protocol, runtime_checkable

from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["Estimator"]


@runtime_checkable
class Estimator(Protocol):
    """What turns a series into connectivity."""

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Estimate [target, source] from every run of a series."""
        ...
