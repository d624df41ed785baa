"""Inputs beside the scans: what is known of the subjects."""

from functools import partial

import pandas as pd

from attnconn_assets import formats, telling
from attnconn_assets.asset import AssetSpec, Made
from attnconn_assets.lineage import Recipe
from attnconn_assets.study import Study
from attnconn_assets.work import Work, file_facts
from attnconn_core.errors import StudyError
from attnconn_core.records import check_identifier
from attnconn_core.sources import Simulated

__all__ = ["has_phenotypes", "specs"]


def has_phenotypes(study: Study) -> bool:
    """Whether the study says how its subjects behave."""
    return study.phenotypes is not None or study.source == "simulated"


def specs(study: Study) -> list[AssetSpec]:
    """The phenotype table, where the study has one."""
    if not has_phenotypes(study):
        return []
    settings = {
        "table": str(study.phenotypes),
        "subject_column": study.behaviour.subject_column,
        "targets": study.behaviour.targets,
        **study.source_settings(),
    }
    return [
        AssetSpec(
            recipe=Recipe("phenotypes", ("attnconn_core.sources.simulated",), settings),
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
        table = pd.read_csv(work.study.phenotypes, dtype={settings.subject_column: str})
        name = str(work.study.phenotypes)
    elif isinstance(source, Simulated):
        table, name = source.behaviour().reset_index(), "the simulated phenotypes"
    else:
        raise StudyError(f"{work.study.name}: the study names no phenotypes")
    missing = [c for c in (settings.subject_column, *settings.targets) if c not in table.columns]
    if missing:
        raise StudyError(
            f"{name}: must have the columns {', '.join(missing)}; it has "
            f"{', '.join(map(str, table.columns[:12]))}"
        )
    subjects = [
        check_identifier(each, f"{name}: a subject") for each in table[settings.subject_column]
    ]
    twice = sorted({each for each in subjects if subjects.count(each) > 1})
    if twice:
        raise StudyError(f"{name}: a subject may have one row; more: {', '.join(twice[:5])}")
    files = [] if work.study.phenotypes is None else [work.study.phenotypes]
    with work.tracked() as run:
        run.metrics({"subjects": len(table), "columns": table.shape[1]})
        entry = work.save(
            {"phenotypes.parquet": partial(formats.write_table, table=table)},
            {"subjects": len(table), "read": [file_facts(file) for file in files]},
            run,
        )
    return Made(
        entry,
        {"table": telling.table(table), "subjects": len(table), **telling.schema(table)},
    )
