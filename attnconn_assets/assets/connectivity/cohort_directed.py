"""Directions of a session, with the evidence of subjects whom it isn't compared with."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.assets.forecasters.pools import pool_of
from attnconn_assets.building.work import Work
from attnconn_assets.storage.directions import read_directions
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.connectivity.cohort_directed import CohortDirected, share_of_others

__all__ = ["EVIDENCE", "read_cohort_directed"]

EVIDENCE = "cohort_direction"


def read_cohort_directed(work: Work) -> EstimatorFor:
    """Add the evidence of everybody outside the subject's pool; see `pool_of`.

    Where the study names who trains, it is the evidence of all of these, for everyone: without
    a subject's own group every matrix would tell its subject by who is missing. Matrices of
    those who train then carry ``saw_subject``.
    """
    pooled = read_directions(work.content(EVIDENCE, "directions.safetensors", WHOLE))
    compared = pool_of(work, EVIDENCE)
    others = pooled.total if compared is None else pooled.outside(compared)
    saw = compared is None and work.session.subject in pooled.group_of
    if share_of_others(others) == 0:
        work.log(f"{work.partition}: takes nothing from others: λ = 0, as directed")
    estimator = CohortDirected(others, saw_subject=saw)
    return lambda part, whole: estimator  # noqa: ARG005
