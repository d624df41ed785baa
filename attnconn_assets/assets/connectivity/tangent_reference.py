"""The reference of tangents: the mean covariance of the cohort's training sessions."""

import numpy as np

from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.tangent import geometric_mean
from attnconn_core.records import Connectivity

__all__ = ["make_tangent_reference"]


def make_tangent_reference(work: Work) -> Result:
    """Average the covariances of training frames, as a geometric mean."""
    cohort = work.cohort()
    trained = [session for session in cohort.sessions if session.group != "test"]
    parts = [training_part(work, session.key, 2) for session in trained]
    mean = geometric_mean(parts)
    stored = Connectivity(mean, parts[0].regions, work.asset, directed=False)
    return Result(
        files={"matrix.parquet": {0: stored}},
        metrics={"sessions": len(trained), "condition": float(np.linalg.cond(mean))},
        facts={"subjects": sorted({session.subject for session in trained})},
    )
