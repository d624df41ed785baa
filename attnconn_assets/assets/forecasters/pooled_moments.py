"""The cohort's pooled moments: sums over all training frames."""

import functools
from collections.abc import Iterator, Sequence

from attnconn_assets.assets.forecasters.pools import dealt_pools, facts_of, groups_within
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.moments import write_moments, write_priors
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import PooledMoments, cohort_coefficients
from attnconn_core.records import Session, TimeSeries

__all__ = ["make_pooled_moments"]

_SAID_EVERY = 25  # sessions


def make_pooled_moments(work: Work) -> Result:
    """Sum the moments of all sessions' training frames, and fit one VAR per pool of subjects.

    A pool's VAR is fitted to the training subjects outside the pool, or to all of them if the
    study sets who trains. Fine-tuned models that start linear are shrunk towards it.
    """
    lags = work.settings["lags"]
    cohort = work.cohort()
    trained = [session for session in cohort.sessions if session.group != "test"]
    if not trained:
        raise CohortError(
            "pooled moments need at least one session in group train; all are in group test"
        )
    pools = dealt_pools(work, cohort)
    scans = _training_parts(work, trained, lags + 1)
    pooled = PooledMoments.of(scans, lags, groups_within(pools, cohort))
    priors = [
        cohort_coefficients(pooled.total if subjects is None else pooled.outside(subjects))
        for subjects in pools
    ]
    return Result(
        files={
            "moments.safetensors": functools.partial(write_moments, pooled=pooled),
            "priors.safetensors": functools.partial(write_priors, priors=priors),
        },
        metrics={"sessions": len(trained), "samples": pooled.total.n_samples},
        facts={
            "subjects": sorted(pooled.group_of),
            "groups": len(pooled.sums),
            "lags": lags,
            "folds": facts_of(pools),
        },
    )


def _training_parts(
    work: Work, sessions: Sequence[Session], window: int
) -> Iterator[tuple[str, TimeSeries]]:
    """Yield subject and training part of each session; log the progress."""
    for number, session in enumerate(sessions, start=1):
        yield session.subject, training_part(work, session.key, window)
        if number % _SAID_EVERY == 0:
            work.log(f"pooled {number} of {len(sessions)} sessions")
