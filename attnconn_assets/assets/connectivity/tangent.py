"""Tangents: every session's covariance as seen from the group's, and the group's."""

from functools import partial

import numpy as np

from attnconn_assets.assets.connectivity.matrices import EstimatorFor, matrix_spec
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import WHOLE
from attnconn_assets.study.study import Study
from attnconn_core.connectivity import Tangent, geometric_mean
from attnconn_core.records import Connectivity

__all__ = ["specs"]

_REFERENCE = "tangent_reference"


def specs(study: Study) -> list[AssetSpec]:
    """The group's covariance, and the tangent of every session at it."""
    learnt_from = {"test_fraction": study.test_fraction}
    return [
        AssetSpec(
            recipe=Recipe(_REFERENCE, (Tangent.__module__,), learnt_from),
            partitioned="whole",
            make=make_reference,
            needs={"time_series": "session"},
            description="Geometric mean of the training sessions' covariances (region, region).",
            group="connectivity",
            kinds=frozenset({"parquet", "mlflow"}),
        ),
        matrix_spec(
            Tangent.method,
            (Tangent.__module__,),
            {"scan_lengths": study.scan_lengths},
            tangent_of,
            "Matrix logarithm of the covariance as seen from the group's: 0 is as the group",
            needs={_REFERENCE: "whole"},
        ),
    ]


def make_reference(work: Work) -> Made:
    """Average the covariances of the frames that models may learn from."""
    cohort = work.cohort("time_series")
    trained = [session.key for session in cohort.sessions if session.group != "test"]
    mean = geometric_mean(work.training_part(key, 2) for key in trained)
    regions = work.series(trained[0]).regions
    stored = Connectivity(mean, regions, _REFERENCE, directed=False)
    numbers = {"sessions": len(trained), "condition": float(np.linalg.cond(mean))}
    with work.tracked() as run:
        run.metrics(numbers)
        entry = work.save(
            {"matrix.parquet": partial(formats.write_matrices, matrices={0: stored})},
            {
                "cohort": cohort.digest,
                "excluded": dict(cohort.excluded),
                "subjects": sorted({s.subject for s in cohort.sessions if s.group != "test"}),
            },
            run,
        )
    return Made(entry, telling.numbers(numbers))


def tangent_of(work: Work) -> EstimatorFor:
    """The tangent at the group's covariance."""
    (reference,) = work.matrices(_REFERENCE, WHOLE).values()
    subjects = work.entry(_REFERENCE, WHOLE).facts["subjects"]
    saw = work.session.subject in subjects
    estimator = Tangent(reference.values, saw_subject=saw)
    return lambda part, whole: estimator  # noqa: ARG005
