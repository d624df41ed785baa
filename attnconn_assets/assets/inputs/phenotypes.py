"""Inputs beside the scans: what is known of the subjects."""

from functools import partial

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.files import hashed
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.study import Study
from attnconn_core.errors import StudyError
from attnconn_core.sources import brings_phenotypes, check_phenotypes, read_phenotypes

__all__ = ["has_phenotypes", "specs"]


def has_phenotypes(study: Study) -> bool:
    """Whether the study names a table of phenotypes, or its source brings them."""
    return study.phenotypes is not None or brings_phenotypes(study.source_class)


def specs(study: Study) -> list[AssetSpec]:
    """The phenotype table, where the study has one."""
    if not has_phenotypes(study):
        return []
    settings = {
        "table": str(study.phenotypes),
        "subject_column": study.behaviour.subject_column,
        "targets": study.behaviour.targets,
        "coding": study.behaviour.coding,
        "family_column": study.behaviour.family_column,
        **study.source_settings(),
    }
    of_the_source = (study.source_module,) if study.phenotypes is None else ()
    return [
        AssetSpec(
            recipe=Recipe(
                "phenotypes", (*of_the_source, "attnconn_core.sources.phenotypes"), settings
            ),
            partitioned="whole",
            make=make_phenotypes,
            description="What is known of every subject: one row a subject.",
            group="inputs",
            kinds=frozenset({"parquet"}),
        )
    ]


def make_phenotypes(work: Work) -> Made:
    """Read the phenotype table and hold it against the rules."""
    settings = work.study.behaviour
    source = work.platform.source
    if work.study.phenotypes is not None:
        table = read_phenotypes(work.study.phenotypes, settings.subject_column)
        name = str(work.study.phenotypes)
    elif brings_phenotypes(source):
        table, name = source.phenotypes(), f"the phenotypes of source {work.study.source}"
    else:
        raise StudyError(f"{work.study.name}: the study names no phenotypes")
    table = check_phenotypes(
        table,
        settings.targets,
        settings.subject_column,
        settings.coding,
        name,
        settings.family_column,
    )
    files = [] if work.study.phenotypes is None else [work.study.phenotypes]
    with work.tracked() as run:
        run.metrics({"subjects": len(table), "columns": table.shape[1]})
        entry = work.save(
            {"phenotypes.parquet": partial(formats.write_table, table=table)},
            {"subjects": len(table), "read": [hashed(file) for file in files]},
            run,
        )
    return Made(
        entry,
        {"table": telling.table(table), "subjects": len(table), **telling.schema(table)},
    )
