"""The interface that all methods share."""

from typing import Protocol, runtime_checkable

from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["Estimator", "seen"]


@runtime_checkable
class Estimator(Protocol):
    """A class that computes connectivity from a series."""

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return connectivity [target, source] from all runs of a series."""
        ...


def seen(saw_subject: bool | None) -> dict[str, float]:
    """Return the metric `saw_subject` (1 or 0); empty if it isn't known."""
    return {} if saw_subject is None else {"saw_subject": float(saw_subject)}
