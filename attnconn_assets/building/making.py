"""Makes a partition: runs the body, checks, stores and tracks its result, and builds metadata.

Everything that is the same for all assets is done here, from the body's `Result`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from attnconn_assets.building import metadata
from attnconn_assets.building.causes import Causes
from attnconn_assets.building.checks import Check
from attnconn_assets.building.earlier_models import earlier_models
from attnconn_assets.building.earlier_scans import earlier_scans
from attnconn_assets.building.platform import Platform
from attnconn_assets.building.result import Result
from attnconn_assets.building.runs import Runs
from attnconn_assets.building.settings import DeclaredSettings
from attnconn_assets.building.showing import show_stored
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.stored_metadata import opened
from attnconn_assets.building.user_copies import write_copies
from attnconn_assets.building.versions import versions
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import Entry
from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tags import NOTE
from attnconn_core.errors import AttnconnError, ParameterError, SeriesError

__all__ = ["CheckFailedError", "Made", "make"]

_WARNING = "attnconn.warning"
_CAUTIONS = "attnconn.cautions"
_FOUND_LATER = (
    "scores decide later whether this may be interpreted: the asset cautions, the comparison and "
    "the report name the methods that must not be interpreted, and why"
)
_RECORDED = frozenset({"read", "cohort", "sessions", "excluded", "lacks", "warnings"})


@dataclass(frozen=True)
class Made:
    """A partition that was made.

    Attributes
    ----------
    entry
        The stored entry.
    origin
        Metadata: its files, its hash and its MLflow run.
    shown
        Other metadata for Dagster: pictures, tables, numbers.
    checks
        Its checks, all of which passed.
    """

    entry: Entry
    origin: Mapping[str, Any]
    shown: Mapping[str, Any]
    checks: tuple[Check, ...] = ()


class CheckFailedError(AttnconnError):
    """A partition broke a rule of its checks, so that nothing was stored."""

    def __init__(self, message: str, checks: tuple[Check, ...], metadata: Mapping[str, Any]):
        super().__init__(message)
        self.checks = checks
        self.metadata = metadata


def make(platform: Platform, spec: BuildSpec, partition: str) -> Made:
    """Make one partition of an asset.

    Raises
    ------
    CheckFailedError
        If a check of the result failed.
    AttnconnError
        If the body raises it.
    """
    _refuse_short(platform, spec, partition)
    recipe = spec.recipe_of(partition)
    sweep = spec.sweep_of(partition) if spec.sweep_of else None
    tags = {NOTE: spec.note_of(partition)}
    tags |= {_CAUTIONS: _FOUND_LATER} if spec.is_judged else {}
    with Runs(platform, recipe, partition, spec.experiment, spec.run_label, sweep, tags) as runs:
        work = Work(
            asset=spec.name,
            partition=partition,
            settings=DeclaredSettings(spec.name, spec.settings_for(partition)),
            needs=spec.needs,
            runs=runs,
            _platform=platform,
            _basis=spec.basis,
            _reads_source=spec.source is not None,
            lacks=_lacks(platform, spec, partition),
        )
        result = spec.make(work)
        _refuse_unsound(result)
        warnings = {"warnings": dict(result.warnings)} if result.warnings else {}
        facts = {**result.facts, **warnings, **_recorded(work, result)}
        cohort = {"cohort": facts["cohort"]} if "cohort" in facts else {}
        run = runs.own({**runs.parameters, **result.parameters, **cohort})
        below = _track(work, run, result, cohort)
        if spec.main_of is not None:
            run.metrics(spec.main_of(result))
        scans = _list_scans(work, run, result)
        entry = _store(platform, work, spec, result, facts)
        write_copies([spec], platform.store)
        show_stored(platform.store, run, spec, entry)
    warned = (earlier_scans(platform, spec, partition), earlier_models(platform, entry))
    if earlier := "; ".join(filter(None, warned)):
        platform.log.warning(f"{spec.name} of {partition}: {earlier}")
    shown = {
        **({"warning": earlier} if earlier else {}),
        **opened(platform.tracking, entry),
        **metadata.of_result(result, facts, f"{spec.name} {partition}"),
        **({"cautions": _FOUND_LATER} if spec.is_judged else {}),
        **scans,
        **{f"copy of {name}": dg.MetadataValue.path(str(p)) for name, p in spec.copies.items()},
        **_side_by_side(platform, result, run, below),
    }
    return Made(entry, _origin(platform, entry), shown, result.checks)


def _refuse_short(platform: Platform, spec: BuildSpec, partition: str) -> None:
    """Raise an error if a session is too short for the asset."""
    if spec.window is None or spec.partitioned != "session":
        return
    series = platform.store.readable("time_series", partition)
    why = spec.window.why_not(series.facts) if series else ""
    if why:
        raise SeriesError(why)


def _lacks(platform: Platform, spec: BuildSpec, partition: str) -> dict[str, str]:
    """Return the optional inputs that a partition is made without → why."""
    if not spec.optional:
        return {}
    store = platform.store.snapshot()
    every = platform.specs or (spec,)
    return Causes(platform.study, store, platform.listing, every).without(spec, partition)


def _refuse_unsound(result: Result) -> None:
    broken = [check.complaint for check in result.checks if not check.passed]
    if broken:
        pictures = {name: metadata.picture(png) for name, png in result.pictures.items()}
        raise CheckFailedError("; ".join(broken), result.checks, pictures)


def _recorded(work: Work, result: Result) -> dict[str, Any]:
    """Return what `work` recorded while the body ran: the user's files and the cohort."""
    taken = sorted(_RECORDED & result.facts.keys())
    if taken:
        raise ParameterError(
            f"facts of {work.asset} can't have the names {', '.join(taken)}: these are reserved"
        )
    facts: dict[str, Any] = {"read": work.files} if work.files else {}
    if work.lacks:
        facts["lacks"] = dict(work.lacks)
    cohort = work.read_cohort
    if cohort is not None:
        facts |= {
            "cohort": cohort.digest,
            "sessions": len(cohort.sessions),
            "excluded": dict(cohort.excluded),
        }
    return facts


def _track(
    work: Work, run: TrackedRun, result: Result, cohort: Mapping[str, str]
) -> list[TrackedRun]:
    """Send a result to MLflow; return the runs below it, one per method."""
    run.metrics(result.metrics)
    for name, warning in result.warnings.items():
        run.tag(f"{_WARNING}.{name}", warning)
    for name, content in _picture_files(result, result.pictures).items():
        run.figure(name, content)
    below: list[TrackedRun] = []
    if result.by_method is None:
        return below
    means = result.by_method.groupby("method", sort=False).mean(numeric_only=True)
    for method, row in means.iterrows():
        values = {str(key): float(value) for key, value in row.items()}
        parameters = {**work.runs.parameters, **cohort, "method": method}
        with work.runs.below(str(method), parameters) as one:
            one.metrics(values)
            if str(method) in result.warnings:
                one.tag(_WARNING, result.warnings[str(method)])
        below.append(one)
    return below


def _picture_files(result: Result, names: Iterable[str]) -> dict[str, bytes]:
    """Return pictures as files, and figures as drawings, too."""
    files = {f"{name}.png": result.pictures[name] for name in names}
    return files | {f"{name}.svg": drawing for name, drawing in result.drawings.items()}


def _list_scans(work: Work, run: TrackedRun, result: Result) -> dict[str, int]:
    """List the user's files behind scores in MLflow; return their number for Dagster's page."""
    if result.by_method is None:
        return {}
    scans = work.scans()
    run.file("scans.json", json.dumps(scans, indent=1).encode())
    return {"files behind it": len(scans)}


def _store(
    platform: Platform, work: Work, spec: BuildSpec, result: Result, facts: Mapping[str, Any]
) -> Entry:
    """Store a result with its inputs and its MLflow run."""
    contents: dict[str, Any] = dict(result.files)
    contents |= {f"{name}.parquet": table for name, table in result.tables.items()}
    contents |= _picture_files(result, result.figures)
    run = work.runs.own()
    draft = Entry(
        asset=spec.name,
        partition=work.partition,
        files={},
        recipe=spec.recipe_of(work.partition).digest,
        inputs=dict(work.inputs),
        facts=facts,
        made_by={
            "dagster_run": work.runs.origin.dagster_run,
            "mlflow_experiment": run.experiment_id,
            "mlflow_run": run.id,
            "code_version": work.runs.origin.code_version,
            "study": work.runs.origin.study,
            "versions": versions(),
        },
        tracked=work.runs.transcript(result.models),
    )
    writers = {name: formats.writer_of(content) for name, content in contents.items()}
    return platform.store.put(draft, writers)


def _side_by_side(
    platform: Platform, result: Result, run: TrackedRun, below: list[TrackedRun]
) -> dict[str, Any]:
    """Return a link to MLflow's comparison of the runs of other entries, or of the methods."""
    runs = [entry.made_by["mlflow_run"] for entry in result.beside] or [child.id for child in below]
    if not runs:
        return {}
    experiment = run.experiment_id
    if result.beside:
        experiment = result.beside[0].made_by["mlflow_experiment"]
    what = "runs" if result.beside else "methods"
    return {f"{what} side by side": platform.tracking.comparison(experiment, runs)}


def _origin(platform: Platform, entry: Entry) -> dict[str, Any]:
    """Return metadata on a partition's files, hash and MLflow run."""
    return {
        "mlflow run": platform.tracking.link(entry.made_by),
        **metadata.provenance(entry, platform.store.root),
    }
