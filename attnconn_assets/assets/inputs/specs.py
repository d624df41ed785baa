"""The assets that are made from the user's files."""

from pathlib import Path

from attnconn_assets.assets.inputs.cohort_table import make_cohort
from attnconn_assets.assets.inputs.phenotypes import make_phenotypes
from attnconn_assets.assets.inputs.quality import make_quality
from attnconn_assets.assets.inputs.regions import make_regions
from attnconn_assets.assets.inputs.time_series import make_time_series
from attnconn_assets.building.spec import BuildSpec, SourceRecipe
from attnconn_assets.study.study import Study
from attnconn_core.errors import InputError
from attnconn_core.records import Session
from attnconn_core.sources import Source, brings_phenotypes, region_files, series_files

__all__ = ["has_phenotypes", "specs"]


def has_phenotypes(study: Study) -> bool:
    """Whether the study names a phenotype table, or its source has one."""
    return study.phenotypes is not None or brings_phenotypes(study.source_class)


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of time series, regions, quality, phenotypes (if any) and cohort."""
    source = SourceRecipe(study.source_module, study.source_settings())
    input_specs = [
        BuildSpec(
            "time_series",
            make_time_series,
            "session",
            settings={"test_fraction": study.test_fraction},
            source=source,
            reads=_scan,
            checked=True,
            description=f"The signal of every region, (time, region). {study.title}.",
            kinds=frozenset({"parquet"}),
        ),
        BuildSpec(
            "regions",
            make_regions,
            "whole",
            source=source,
            reads=_regions,
            description="The regions, and the networks or lobes they belong to.",
            kinds=frozenset({"parquet"}),
        ),
        BuildSpec(
            "quality",
            make_quality,
            "session",
            source=source,
            reads=_scan_and_quality,
            needs={"time_series": "session"},
            description="Frames, coverage, motion and jumps of every session. Rules under "
            "`exclude` in the study exclude sessions from cohort models and group scores.",
            kinds=frozenset({"json"}),
        ),
    ]
    if has_phenotypes(study):
        input_specs.append(_phenotypes(study, source))
    return [*input_specs, _cohort(study)]


def _cohort(study: Study) -> BuildSpec:
    return BuildSpec(
        "cohort",
        make_cohort,
        "whole",
        settings={"exclude": study.exclude, "quorum": study.quorum},
        needs={"quality": "session", "time_series": "session"},
        calls=("attnconn_core.timeseries.unlike", "attnconn_core.figures.carpets"),
        lists_excluded=True,
        description="All sessions: whether each is in the cohort of group results, or why not.",
        kinds=frozenset({"parquet"}),
    )


def _phenotypes(study: Study, source: SourceRecipe) -> BuildSpec:
    settings = study.behaviour
    return BuildSpec(
        "phenotypes",
        make_phenotypes,
        "whole",
        settings={
            "table": study.phenotypes,
            "source": study.source,
            "subject_column": settings.subject_column,
            "targets": settings.targets,
            "coding": settings.coding,
            "family_column": settings.family_column,
        },
        source=source if study.phenotypes is None else None,
        description="Measures of the subjects, such as age and behaviour: one row per subject.",
        kinds=frozenset({"parquet"}),
    )


def _scan(source: Source, session: Session | None) -> tuple[Path, ...]:
    if session is None:
        return ()
    return (*session.files, *series_files(source, session), *source.shared_files())


def _scan_and_quality(source: Source, session: Session | None) -> tuple[Path, ...]:
    if session is None:
        return ()
    return (*session.files, *source.shared_files(), *source.quality_files(session))


def _regions(source: Source, session: Session | None) -> tuple[Path, ...]:  # noqa: ARG001
    try:
        return region_files(source)
    except InputError:  # no readable scan yet
        return ()
