"""Tangents: every session's covariance as seen from the cohort's, and the cohort's."""

import numpy as np

from attnconn_assets.assets.connectivity.matrices import EstimatorFor
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.store import WHOLE
from attnconn_core.connectivity.tangent import Tangent, geometric_mean
from attnconn_core.records import Connectivity

__all__ = ["REFERENCE", "make_tangent_reference", "read_tangent"]

REFERENCE = "tangent_reference"


def make_tangent_reference(work: Work) -> Result:
    """Average the covariances of the frames that models may learn from."""
    cohort = work.cohort("time_series")
    trained = [session for session in cohort.sessions if session.group != "test"]
    parts = [training_part(work, session.key, 2) for session in trained]
    mean = geometric_mean(parts)
    stored = Connectivity(mean, parts[0].regions, REFERENCE, directed=False)
    return Result(
        files={"matrix.parquet": {0: stored}},
        metrics={"sessions": len(trained), "condition": float(np.linalg.cond(mean))},
        facts={"subjects": sorted({session.subject for session in trained})},
    )


def read_tangent(work: Work) -> EstimatorFor:
    """Take the tangent at the cohort's covariance."""
    (reference,) = work.matrices(REFERENCE, WHOLE).values()
    saw = work.session.subject in work.facts(REFERENCE, WHOLE)["subjects"]
    estimator = Tangent(reference.values, saw_subject=saw)
    return lambda part, whole: estimator  # noqa: ARG005
