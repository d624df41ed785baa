"""Tangents: every session's covariance relative to the cohort's mean covariance."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.connectivity.tangent import Tangent

__all__ = ["REFERENCE", "read_tangent"]

REFERENCE = "tangent_reference"


def read_tangent(work: Work) -> EstimatorFor:
    """Return the estimator of tangents at the cohort's mean covariance."""
    (reference,) = work.matrices(REFERENCE, WHOLE).values()
    saw = work.session.subject in work.facts(REFERENCE, WHOLE)["subjects"]
    estimator = Tangent(reference.values, saw_subject=saw)
    return lambda part, is_whole: estimator  # noqa: ARG005
