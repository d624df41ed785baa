"""The interface that all methods share."""

from typing import Protocol, runtime_checkable

from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["Estimator", "require_estimator", "seen"]


@runtime_checkable
class Estimator(Protocol):
    """A class that computes connectivity from a series."""

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return connectivity [target, source] from all runs of a series."""
        ...


def require_estimator(value: object, otherwise: str = "") -> Estimator:
    """Return an estimator; raise ParameterError if it is anything else, or only a class.

    Parameters
    ----------
    value
        What should be an estimator.
    otherwise
        What else is allowed, for the error.
    """
    if isinstance(value, type) and hasattr(value, "estimate"):
        name = value.__name__
        raise ParameterError(
            f"estimator must be an object, not a class: write {name}(), not {name}"
        )
    if not isinstance(value, Estimator):
        raise ParameterError(
            "estimator must have a method estimate(series), as Pearson() has"
            f"{otherwise}; got {value!r}"
        )
    return value


def seen(saw_subject: bool | None) -> dict[str, float]:
    """Return the metric `saw_subject` (1 or 0); empty if it isn't known."""
    return {} if saw_subject is None else {"saw_subject": float(saw_subject)}
