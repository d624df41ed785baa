"""Makes the Dagster asset of a spec; its body makes partitions one by one.

One run makes a chunk of partitions. It records each partition once it is made, continues after
a failure, and ends with one failure that lists every failed partition and its reason. Without
that, Dagster would mark the whole chunk by its last event.
"""

import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from attnconn_assets.building.checks import SOUND, Check, are_sound
from attnconn_assets.building.lost_store import require_store_of_run
from attnconn_assets.building.making import CheckFailedError, make
from attnconn_assets.building.partitions import (
    configuration_partitions,
    ground_truth_partitions,
    known_sessions,
    session_partitions,
)
from attnconn_assets.building.platform import Platform
from attnconn_assets.building.retrying import (
    FailedBeforeError,
    is_transient,
    made_before,
    step_error,
    tries_before,
)
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.building.staleness import attempt
from attnconn_assets.building.stored_metadata import metadata_of
from attnconn_assets.building.unexpected import reason
from attnconn_assets.instance.run_locks import announced
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study, study_tags
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import AttnconnError, StoreError

__all__ = ["build_asset", "failed_partition"]

_FAILED = "failed because"


@dataclass
class _Chunk:
    """The outcome of a chunk: metadata of made partitions, reasons of failed ones."""

    tries: frozenset[str] = frozenset()
    shown: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    transient: bool = False

    def add(self, partition: str, entry: Entry, shown: Mapping[str, Any]) -> None:
        """Add a partition that is stored."""
        self.shown[partition] = shown
        self.digests.append(entry.digest)


def build_asset(
    study: Study, spec: BuildSpec, specs: Sequence[BuildSpec] = ()
) -> dg.AssetsDefinition:
    """Return the Dagster asset of a spec; `specs` are those of all assets of the study.

    Its key is ``<study>/<name>``, which separates the histories of two studies in one instance.
    """
    partitions = _partitions(study, spec.partitioned)
    key = dg.AssetKey([study.name, spec.name])

    def body(
        context: dg.AssetExecutionContext, store: Store, tracking: Tracking
    ) -> Iterator[dg.MaterializeResult | dg.Output[None]]:
        keys = list(context.partition_keys) if partitions else [WHOLE]
        if not keys:
            raise dg.Failure("the range has no partition: its end lies before its start")
        known = known_sessions(study, context.instance)
        platform = Platform(study, store, tracking, context.log, context.run.run_id, specs, known)
        require_store_of_run(study, context)
        with announced(context.instance, context.run.run_id, "body"):
            yield from _make_all(context, key, spec, platform, keys)

    with warnings.catch_warnings():
        # Dagster calls chunked backfills beta; they are tested here, and there is no alternative.
        warnings.simplefilter("ignore", dg.BetaWarning)
        # It calls partitioned checks a preview; without them a whole chunk has one verdict.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        sound = dg.AssetCheckSpec(
            SOUND,
            asset=key,
            description="Whether the values of the partition keep all rules; otherwise it isn't "
            "stored.",
            metadata={**study_tags(study), "attnconn/group": spec.group},
            partitions_def=partitions,
        )
        decorate = dg.asset(
            key=key,
            partitions_def=partitions,
            backfill_policy=dg.BackfillPolicy.multi_run(study.chunk) if partitions else None,
            deps=[_dependency(study, spec, name, kind) for name, kind in spec.needs.items()],
            check_specs=[sound] if spec.checked else None,
            code_version=spec.recipe.digest,
            config_schema={},  # a key that a launchpad gives is refused, not passed over
            description=spec.description,
            group_name=spec.group,
            kinds=set(spec.kinds),
            pool=spec.pool,
            owners=list(study.owners),
            tags={**study_tags(study), "attnconn/group": spec.group},
        )
    return decorate(body)


def _make_all(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    spec: BuildSpec,
    platform: Platform,
    partitions: Sequence[str],
) -> Iterator[dg.MaterializeResult | dg.Output[None]]:
    chunk = _Chunk(tries_before(context))
    for partition in partitions:
        _make_one(context, key, spec, platform, partition, len(partitions), chunk)
    # Pictures and tables are large: they are logged once, at the end.
    if chunk.failed:
        for partition, shown in chunk.shown.items():
            _log_made(context, key, partition, shown)
        raise step_error(context, chunk.failed, len(partitions), transient=chunk.transient)
    for partition, shown in chunk.shown.items():
        # Dagster adds this to the event per partition with which it closes the step.
        named = {} if partition == WHOLE else {"partition_key": partition}
        context.add_asset_metadata(shown, asset_key=key, **named)
    # Dagster takes one version per step; our event log gives each partition its own.
    digests = chunk.digests
    version = digests[0] if len(digests) == 1 else _hash(digests)
    yield dg.MaterializeResult(data_version=dg.DataVersion(version))
    if spec.checked:
        # Each partition has its verdict; this replaces a further one on the whole chunk.
        yield dg.Output(None, output_name=_output_of_check(context, key))


def _make_one(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    spec: BuildSpec,
    platform: Platform,
    partition: str,
    n_partitions: int,
    chunk: _Chunk,
) -> None:
    """Make a partition, unless an earlier try has made it, and record the outcome."""
    try:
        kept = made_before(platform, spec, partition, chunk.tries)
        if kept is not None:
            chunk.add(partition, kept, metadata_of(platform.store, platform.tracking, kept))
            return
        made = make(platform, spec, partition)
    except FailedBeforeError as error:
        chunk.failed[partition] = str(error)
        return
    except Exception as error:
        _end_if_asked_to(error)
        transient = is_transient(error)
        chunk.transient |= transient
        # Unexpected errors also fail only their own partition; they are logged with a traceback.
        why = reason(error, spec.calls)
        if not transient:  # a disk or a database is not the scan's fault
            why += platform.scans_of(partition, unless_in=why)
        chunk.failed[partition] = why
        _remember(platform, spec, partition, why, error)
        _log_failed(context, spec, key, partition, error, why)
        return
    chunk.add(partition, made.entry, {**made.shown, **made.origin})
    if n_partitions > 1:
        # Recorded now, so that it counts even if the run ends early.
        _log_made(context, key, partition, made.origin)
    if spec.checked:
        _log_check(context, key, partition, made.checks, {})


def _end_if_asked_to(error: Exception) -> None:
    """Raise the interruption that caused an error, if one did.

    A partition that was interrupted hasn't failed.
    """
    cause: BaseException | None = error
    while cause is not None:
        if not isinstance(cause, Exception):
            raise cause
        cause = cause.__cause__ or cause.__context__


def _output_of_check(context: dg.AssetExecutionContext, key: dg.AssetKey) -> str:
    names = context.assets_def.node_check_specs_by_output_name
    return next(name for name, spec in names.items() if spec.asset_key == key)


def _hash(digests: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def failed_partition(asset: Sequence[str], partition: str, why: str) -> dg.AssetObservation:
    """Return the event that shows on a partition's page why it wasn't made."""
    return dg.AssetObservation(
        dg.AssetKey(asset),
        partition=None if partition == WHOLE else partition,
        description=f"not made: {why}",
        metadata={_FAILED: why},
    )


def _remember(
    platform: Platform, spec: BuildSpec, partition: str, why: str, error: Exception
) -> None:
    """Record a failure in the store; log if that is impossible, as on a full disk."""
    try:
        tried = ""
        if not is_transient(error):
            tried = attempt(
                platform.study, spec, platform.store, platform.source, platform.listing, partition
            )
        platform.store.fail(spec.name, partition, why, tried)
    except (OSError, StoreError) as error:  # a partition added by hand may have any name
        platform.log.error(
            f"{spec.name} of {partition}: its failure can't be recorded in the store: {error}"
        )


def _log_failed(
    context: dg.AssetExecutionContext,
    spec: BuildSpec,
    key: dg.AssetKey,
    partition: str,
    error: Exception,
    why: str,
) -> None:
    """Show on a partition's page, and in its check, why it wasn't made."""
    context.log_event(failed_partition(key.path, partition, why))
    if isinstance(error, CheckFailedError):
        _log_check(context, key, partition, error.checks, error.metadata)
        return
    expected = isinstance(error, AttnconnError)
    context.log.error(
        f"{spec.name} of {partition}: {why}", exc_info=error if not expected else None
    )
    if spec.checked:  # otherwise the previous verdict would remain
        _log_check(context, key, partition, None, {_FAILED: why})


def _log_made(
    context: dg.AssetExecutionContext, key: dg.AssetKey, partition: str, metadata: Mapping[str, Any]
) -> None:
    context.log_event(dg.AssetMaterialization(key, partition=partition, metadata=dict(metadata)))


def _log_check(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    partition: str,
    checks: Sequence[Check] | None,
    metadata: Mapping[str, Any],
) -> None:
    """Record the results of all rules in one event, as each event takes some 20 ms.

    `checks` is None if the rules couldn't be checked.
    """
    context.log_event(
        dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=SOUND,
            passed=checks is not None and are_sound(checks),
            metadata={**{check.name: check.verdict for check in checks or ()}, **metadata},
            partition=None if partition == WHOLE else partition,
        )
    )


def _partitions(study: Study, kind: Kind) -> dg.PartitionsDefinition | None:
    match kind:
        case "session":
            return session_partitions(study)
        case "configuration":
            return configuration_partitions(study)
        case "ground truth":
            return ground_truth_partitions(study)
        case "whole":
            return None


def _dependency(study: Study, spec: BuildSpec, name: str, kind: Kind) -> dg.AssetDep:
    mapping: dg.PartitionMapping | None = None
    if kind != spec.partitioned and kind == "configuration" and spec.from_configuration:
        mapping = dg.SpecificPartitionsPartitionMapping([spec.from_configuration])
    elif kind != spec.partitioned and kind != "whole":
        mapping = dg.AllPartitionMapping()
    return dg.AssetDep(dg.AssetKey([study.name, name]), partition_mapping=mapping)
