"""What every method has in common."""

from typing import Protocol, runtime_checkable

from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["Estimator", "seen"]


@runtime_checkable
class Estimator(Protocol):
    """What turns a series into connectivity."""

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Estimate [target, source] from every run of a series."""
        ...


def seen(saw_subject: bool | None) -> dict[str, float]:
    """Say among a matrix's metrics whether its model saw the subject, where that is known."""
    return {} if saw_subject is None else {"saw_subject": float(saw_subject)}
