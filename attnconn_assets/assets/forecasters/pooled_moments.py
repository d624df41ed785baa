"""The cohort's pooled moments: one pass over the frames that may be learnt from."""

import functools

from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.moments import write_moments
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import PooledMoments, deal, group_folds
from attnconn_core.records import Cohort

__all__ = ["make_pooled_moments"]

_SAID_EVERY = 25  # sessions
_FEWEST = 3  # subjects that can be dealt into pools


def make_pooled_moments(work: Work) -> Result:
    """Sum the moments of the training frames of all who may train, session by session."""
    lags = work.settings["lags"]
    cohort = work.cohort()
    trained = [session for session in cohort.sessions if session.group != "test"]
    if not trained:
        raise CohortError("pooled moments need sessions in group train; all are in group test")
    pools = _pools(work, cohort)
    groups = deal((each.subject for each in trained), pools=[each for each in pools if each])
    pooled = None
    for number, session in enumerate(trained, start=1):
        part = training_part(work, session.key, lags + 1)
        if pooled is None:
            pooled = PooledMoments(lags, part.regions, groups)
        pooled = pooled.plus(session.subject, part)
        if number % _SAID_EVERY == 0:
            work.log(f"pooled {number} of {len(trained)} sessions")
    assert pooled is not None  # noqa: S101  (somebody trained)
    return Result(
        files={"moments.safetensors": functools.partial(write_moments, pooled=pooled)},
        metrics={"sessions": len(trained), "samples": pooled.total.n_samples},
        facts={
            "subjects": sorted(pooled.group_of),
            "groups": len(pooled.sums),
            "lags": lags,
            "folds": [{"reads": None if each is None else sorted(each)} for each in pools],
        },
    )


def _pools(work: Work, cohort: Cohort) -> list[frozenset[str] | None]:
    """Return who is compared with whom, as the cohort's models are dealt; None for everyone."""
    few = len(cohort.subjects) < _FEWEST and all(each.group is None for each in cohort.sessions)
    if few:
        return []
    dealt = group_folds(cohort, work.settings["folds"], work.settings["dealt"])
    return [fold.reads for fold in dealt]
