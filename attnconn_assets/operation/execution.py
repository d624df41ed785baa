"""Dagster runs in this process: which partitions each makes, and why some failed."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.entry import WHOLE

__all__ = ["chunks", "failures", "span"]

_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


def chunks(keys: Sequence[str], place: Mapping[str, int], size: int) -> Iterator[list[str]]:
    """Split keys into ranges of at most `size` neighbours; one Dagster run makes one range."""
    for _, group in itertools.groupby(
        enumerate(keys), lambda pair: place.get(pair[1], 0) - pair[0]
    ):
        run = [key for _, key in group]
        yield from (run[start : start + size] for start in range(0, len(run), size))


def span(chunk: Sequence[str]) -> dict[str, str]:
    """Return the tags that give a run its range of partitions; none for an unpartitioned asset."""
    return {} if chunk == [WHOLE] else dict(zip(_RANGE, (chunk[0], chunk[-1]), strict=True))


def failures(
    result: dg.ExecuteInProcessResult, spec: BuildSpec, chunk: list[str], seen: set[str]
) -> dict[str, str]:
    """Return why each partition wasn't made, from the failure events of a run."""
    reasons: dict[str, str] = {}
    reason = "the run ended without saying why"
    for event in result.get_step_failure_events():
        failure = event.step_failure_data
        if failure.user_failure_data and failure.user_failure_data.metadata:
            value = failure.user_failure_data.metadata["failed"].value
            if isinstance(value, Mapping):
                reasons |= {str(key): str(why) for key, why in value.items()}
        if failure.error and failure.error.cls_name == "DagsterExecutionInterruptedError":
            raise KeyboardInterrupt
        if failure.error:
            cause = failure.error.cause or failure.error
            reason = cause.message.strip()
    return {f"{spec.name} of {key}": reasons.get(key, reason) for key in chunk if key not in seen}
