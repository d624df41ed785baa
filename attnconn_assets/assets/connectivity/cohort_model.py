"""Methods that read a cohort model, such as its attention."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.assets.forecasters.reading import cohort_model_of
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.method import Method

__all__ = ["read_cohort_model"]


def read_cohort_model(work: Work) -> EstimatorFor:
    """Return the estimator that reads the cohort model on this session, in its own units."""
    method: Method = work.settings["method"]
    forecaster, saw = cohort_model_of(work, str(method.configuration))
    rescale = work.settings["normalisation"] != "pooled"
    judged, unjudged = (
        method.make(forecaster=forecaster, rescale=rescale, saw_subject=saw, test_fraction=fraction)
        for fraction in (work.settings["test_fraction"], None)
    )
    return lambda part, is_whole: judged if is_whole else unjudged  # noqa: ARG005
