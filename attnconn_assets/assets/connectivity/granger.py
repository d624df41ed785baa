"""Granger with the cohort's lags and α."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.connectivity.granger import Granger

__all__ = ["read_granger"]


def read_granger(work: Work) -> EstimatorFor:
    """Return Granger's estimator with the cohort's lags and α."""
    order = work.facts("granger_order", WHOLE)
    judged, unjudged = (
        Granger(order["lags"], order["alpha"], fraction, order["units"])
        for fraction in (work.settings["test_fraction"], None)
    )
    return lambda part, is_whole: judged if is_whole else unjudged  # noqa: ARG005
