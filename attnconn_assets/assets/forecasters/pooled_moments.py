"""The cohort's pooled moments: one pass over the frames that may be learnt from."""

import functools

from attnconn_assets.assets.forecasters.pools import dealt_pools, facts_of, groups_within
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.moments import write_moments
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import PooledMoments

__all__ = ["make_pooled_moments"]

_SAID_EVERY = 25  # sessions


def make_pooled_moments(work: Work) -> Result:
    """Sum the moments of the training frames of all who may train, session by session."""
    lags = work.settings["lags"]
    cohort = work.cohort()
    trained = [session for session in cohort.sessions if session.group != "test"]
    if not trained:
        raise CohortError("pooled moments need sessions in group train; all are in group test")
    pools = dealt_pools(work, cohort)
    groups = groups_within(pools, cohort)
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
            "folds": facts_of(pools),
        },
    )
