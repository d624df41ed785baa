"""Directions of a session, with evidence from subjects that it isn't compared with."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.assets.forecasters.pools import pool_of
from attnconn_assets.building.work import Work
from attnconn_assets.storage.directions import read_directions
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.connectivity.cohort_directed import CohortDirected, share_of_others

__all__ = ["EVIDENCE", "read_cohort_directed"]

EVIDENCE = "cohort_direction"


def read_cohort_directed(work: Work) -> EstimatorFor:
    """Return the estimator with the evidence of all subjects outside the pool; see `pool_of`.

    If the study sets who trains, every session gets the evidence of all training subjects. Leaving
    out a subject's own group would identify the subject by who is missing. Matrices of training
    subjects then carry ``saw_subject``.
    """
    pooled = read_directions(work.content(EVIDENCE, "directions.safetensors", WHOLE))
    compared = pool_of(work, EVIDENCE)
    others = pooled.total if compared is None else pooled.outside(compared)
    saw = compared is None and work.session.subject in pooled.group_of
    if share_of_others(others) == 0:
        work.log(f"{work.partition}: uses no data of other subjects (λ = 0): the same as directed")
    estimator = CohortDirected(others, saw_subject=saw)
    return lambda part, is_whole: estimator  # noqa: ARG005
