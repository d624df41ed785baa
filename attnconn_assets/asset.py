"""One kind of asset for all: a body that makes partitions one by one and keeps what is done.

A chunk of sessions records every partition as it is made, goes on after one that
fails, and ends with one failure that names each of them and why. Dagster would
otherwise mark the whole chunk by its last event.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import dagster as dg

from attnconn_assets import telling
from attnconn_assets.checks import Check
from attnconn_assets.lineage import Recipe
from attnconn_assets.partitions import WHOLE, configuration_partitions, session_partitions
from attnconn_assets.store import Entry, Store
from attnconn_assets.study import Study
from attnconn_assets.tracking import Tracking
from attnconn_assets.work import Platform, Work
from attnconn_core.errors import AttnconnError

__all__ = ["AssetSpec", "CheckFailedError", "Kind", "Made", "build_asset"]

Kind = Literal["session", "configuration", "whole"]


@dataclass(frozen=True)
class Made:
    """What making a partition leaves: what was stored, and what to tell of it.

    Where the files lie, their hash and the run in MLflow are told of every entry alike.
    """

    entry: Entry
    metadata: Mapping[str, Any]
    checks: tuple[Check, ...] = ()


class CheckFailedError(AttnconnError):
    """A partition was refused: its checks tell why, and nothing was stored."""

    def __init__(self, message: str, checks: tuple[Check, ...], metadata: Mapping[str, Any]):
        super().__init__(message)
        self.checks = checks
        self.metadata = metadata


@dataclass(frozen=True)
class AssetSpec:
    """An asset before Dagster knows it.

    Attributes
    ----------
    recipe
        Its name, the core modules it calls, the settings it reads.
    partitioned
        By session, by group configuration, or not.
    needs
        The assets it reads, and how they are partitioned.
    make
        Reads, calls the core, stores, and tells.
    checks
        Names of the checks that every partition reports.
    from_configuration
        The one group configuration that it reads, where it reads one.
    settings_of
        The settings of one partition, where partitions differ: what another reads may
        change without making this one stale.
    """

    recipe: Recipe
    partitioned: Kind
    make: Callable[[Work], Made]
    needs: Mapping[str, Kind] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    description: str = ""
    group: str = "inputs"
    kinds: frozenset[str] = frozenset()
    from_configuration: str | None = None
    settings_of: Callable[[str], Mapping[str, Any]] | None = None

    @property
    def name(self) -> str:
        """The asset's name."""
        return self.recipe.asset

    def recipe_of(self, partition: str) -> Recipe:
        """How one partition is made."""
        if self.settings_of is None:
            return self.recipe
        return replace(self.recipe, settings=self.settings_of(partition))


def build_asset(study: Study, spec: AssetSpec) -> dg.AssetsDefinition:
    """Make the Dagster asset of a spec.

    Its key is ``<study>/<name>``, so that two studies in one instance keep their
    histories apart.
    """
    partitions = _partitions(study, spec.partitioned)
    key = dg.AssetKey([study.name, spec.name])

    def body(
        context: dg.AssetExecutionContext, store: Store, tracking: Tracking
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys) if partitions else [WHOLE]
        platform = Platform(study, store, tracking, context.log, context.run.run_id)
        return _make_all(context, key, spec, platform, keys)

    with warnings.catch_warnings():
        # Dagster calls chunked backfills beta; they were tried, and nothing else will do.
        warnings.simplefilter("ignore", dg.BetaWarning)
        decorate = dg.asset(
            key=key,
            partitions_def=partitions,
            backfill_policy=dg.BackfillPolicy.multi_run(study.chunk) if partitions else None,
            deps=[_dependency(study, spec, name, kind) for name, kind in spec.needs.items()],
            check_specs=[dg.AssetCheckSpec(name, asset=key) for name in spec.checks],
            code_version=spec.recipe.digest,
            description=spec.description,
            group_name=spec.group,
            kinds=set(spec.kinds),
        )
    return decorate(body)


def _make_all(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    spec: AssetSpec,
    platform: Platform,
    partitions: Sequence[str],
) -> dg.MaterializeResult:
    failed: dict[str, str] = {}
    outcomes: list[Check] = []
    for number, partition in enumerate(partitions, start=1):
        try:
            made = spec.make(Work(platform, spec.recipe_of(partition), partition))
        except CheckFailedError as refusal:
            failed[partition] = f"{refusal}{platform.scans_of(partition)}"
            _log_checks(context, key, partition, refusal.checks, refusal.metadata)
            continue
        except Exception as error:
            # What nobody expected costs its own partition too, and shows where it came from.
            expected = isinstance(error, AttnconnError)
            told = str(error) if expected else f"{type(error).__name__}: {error}"
            failed[partition] = f"{told}{platform.scans_of(partition, unless_in=told)}"
            context.log.error(
                f"{spec.name} of {partition}: {failed[partition]}", exc_info=not expected
            )
            continue
        outcomes += made.checks
        metadata = {
            **made.metadata,
            "mlflow run": platform.tracking.link(made.entry.made_by),
            **telling.provenance(made.entry, platform.store.root),
        }
        _tell(context, key, partition, metadata, made.checks, alone=len(partitions) == 1)
        context.log.info(f"{spec.name} of {partition} made ({number} of {len(partitions)})")
    for partition, why in failed.items():
        platform.store.fail(spec.name, partition, why)
    if failed:
        raise dg.Failure(
            description=f"{len(failed)} of {len(partitions)} failed. "
            + " | ".join(f"{partition}: {why}" for partition, why in failed.items()),
            metadata={"failed": dg.MetadataValue.json(failed)},
            allow_retries=False,
        )
    return dg.MaterializeResult(check_results=list(_closing_checks(key, spec, outcomes)))


def _tell(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    partition: str,
    metadata: Mapping[str, Any],
    checks: Sequence[Check],
    alone: bool,
) -> None:
    """Record a partition now, so that it counts if the run dies, and again for the closing event.

    Dagster closes the step with an event for every partition, which would hide this
    one's metadata were it not repeated.
    """
    named = None if partition == WHOLE else partition
    if not alone:
        context.log_event(dg.AssetMaterialization(key, partition=named, metadata=dict(metadata)))
        _log_checks(context, key, named, checks, {})
    if named is None:
        context.add_asset_metadata(dict(metadata), asset_key=key)
    else:
        context.add_asset_metadata(dict(metadata), asset_key=key, partition_key=named)


def _log_checks(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    partition: str | None,
    checks: Sequence[Check],
    metadata: Mapping[str, Any],
) -> None:
    for check in checks:
        context.log_event(
            dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=check.name,
                passed=check.passed,
                metadata={**check.details, **metadata},
                partition=partition,
            )
        )


def _closing_checks(
    key: dg.AssetKey, spec: AssetSpec, outcomes: Sequence[Check]
) -> list[dg.AssetCheckResult]:
    """Sum each check up over the chunk: it passes where every partition's did."""
    by_name = {name: [check for check in outcomes if check.name == name] for name in spec.checks}
    return [
        dg.AssetCheckResult(
            asset_key=key,
            check_name=name,
            passed=all(check.passed for check in checks),
            metadata=dict(checks[0].details) if len(checks) == 1 else {"partitions": len(checks)},
        )
        for name, checks in by_name.items()
    ]


def _partitions(study: Study, kind: Kind) -> dg.PartitionsDefinition | None:
    if kind == "session":
        return session_partitions(study)
    return configuration_partitions(study) if kind == "configuration" else None


def _dependency(study: Study, spec: AssetSpec, name: str, kind: Kind) -> dg.AssetDep:
    mapping: dg.PartitionMapping | None = None
    if kind != spec.partitioned and kind == "configuration" and spec.from_configuration:
        mapping = dg.SpecificPartitionsPartitionMapping([spec.from_configuration])
    elif kind != spec.partitioned and kind != "whole":
        mapping = dg.AllPartitionMapping()
    return dg.AssetDep(dg.AssetKey([study.name, name]), partition_mapping=mapping)
