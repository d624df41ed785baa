"""Methods that need nothing but a series."""

from attnconn_assets.assets.connectivity.matrices import EstimatorFor
from attnconn_assets.building.work import Work

__all__ = ["read_series"]


def read_series(work: Work) -> EstimatorFor:
    """Use one estimator for every part of every session."""
    estimator = work.settings["method"].make()
    return lambda part, whole: estimator  # noqa: ARG005
