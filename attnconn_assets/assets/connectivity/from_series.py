"""Methods that need only a series."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.method import Method

__all__ = ["read_series"]


def read_series(work: Work) -> EstimatorFor:
    """Return the method's estimator, the same for every part of a session."""
    method: Method = work.settings["method"]
    estimator = method.make()
    return lambda part, is_whole: estimator  # noqa: ARG005
