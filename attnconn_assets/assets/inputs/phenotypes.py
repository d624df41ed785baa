"""Phenotypes: a table of the subjects' measures other than scans."""

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.errors import StudyError
from attnconn_core.sources import brings_phenotypes, check_phenotypes, read_phenotypes

__all__ = ["make_phenotypes"]


def make_phenotypes(work: Work) -> Result:
    """Read and check the phenotype table of the study or its source."""
    settings, path = work.settings, work.settings["table"]
    if path is not None:
        name = str(path)
        with work.reading(path):
            table = read_phenotypes(path, settings["subject_column"])
    else:
        source, name = work.source, f"the phenotypes of source {settings['source']}"
        if not brings_phenotypes(source):
            raise StudyError(
                f"{name}: the source has none: name a table in the study, under phenotypes"
            )
        table = source.phenotypes()
    table = check_phenotypes(
        table,
        settings["targets"],
        settings["subject_column"],
        settings["coding"],
        name,
        settings["family_column"],
    )
    return Result(
        tables={"phenotypes": table},
        metrics={"subjects": len(table), "columns": table.shape[1]},
    )
