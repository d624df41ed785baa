"""The cohort's evidence of directions: sums by groups of subjects."""

import functools
from collections.abc import Iterator, Mapping, Sequence

from attnconn_assets.assets.forecasters.pools import dealt_pools, facts_of, groups_within
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.directions import write_directions
from attnconn_core.connectivity.pooled_directions import PooledDirections
from attnconn_core.errors import CohortError
from attnconn_core.records import Session, TimeSeries

__all__ = ["make_cohort_direction"]

_SAID_EVERY = 25  # subjects
_WINDOW = 16  # frames; enough to estimate each half


def make_cohort_direction(work: Work) -> Result:
    """Sum the evidence in the training frames of all training subjects."""
    cohort = work.cohort()
    sessions_of: dict[str, list[Session]] = {}
    for session in cohort.sessions:
        if session.group != "test":
            sessions_of.setdefault(session.subject, []).append(session)
    if not sessions_of:
        raise CohortError("cohort_direction needs sessions in group train; all are in group test")
    pools = dealt_pools(work, cohort)
    subjects = _training_parts(work, sessions_of)
    pooled = PooledDirections.of(subjects, groups_within(pools, cohort))
    return Result(
        files={"directions.safetensors": functools.partial(write_directions, pooled=pooled)},
        metrics={
            "sessions": sum(group.sessions for group in pooled.sums.values()),
            "subjects": len(sessions_of),
            "groups": len(pooled.sums),
        },
        facts={"subjects": sorted(sessions_of), "folds": facts_of(pools)},
    )


def _training_parts(
    work: Work, sessions_of: Mapping[str, Sequence[Session]]
) -> Iterator[tuple[str, list[TimeSeries]]]:
    """Yield subject and training parts; log the progress."""
    for number, (subject, sessions) in enumerate(sessions_of.items(), start=1):
        yield subject, [training_part(work, session.key, _WINDOW) for session in sessions]
        if number % _SAID_EVERY == 0:
            work.log(f"summed {number} of {len(sessions_of)} subjects")
