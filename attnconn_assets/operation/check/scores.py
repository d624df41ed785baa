"""Phenotypes and scores: subjects without a row, and scores that can't be made."""

import pandas as pd

from attnconn_assets.assets.inputs.specs import has_phenotypes
from attnconn_assets.assets.scores.specs import expected_pools, scored
from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError, CohortError, UnpairedError
from attnconn_core.records import Cohort
from attnconn_core.scoring import CheckedEarly, CheckedWithinPools, EarlyCheck, Score
from attnconn_core.sources import (
    Source,
    brings_phenotypes,
    check_phenotypes,
    match_phenotypes,
    read_phenotypes,
)

__all__ = ["check_scores"]


def check_scores(study: Study, source: Source, cohort: Cohort, findings: Findings) -> None:
    """Match subjects with the phenotype table, and let every score check the cohort."""
    table = None
    if has_phenotypes(study):
        try:
            table = _matched(study, source, cohort, findings)
        except AttnconnError as error:
            findings.errors.append(f"phenotypes: {error}")
    _warn_of_no_table(study, findings)
    for score in scored(study):
        if "phenotypes" in score.reads and table is None:
            continue
        try:
            early_check = _checked(study, score, cohort, table)
        except UnpairedError as error:
            _block(score.name, error, findings, inapplicable=_one_session_each(cohort))
        except CohortError as error:
            _block(score.name, error, findings)
        except AttnconnError as error:
            findings.errors.append(f"{score.name}: {error}")
        else:
            if early_check is not None:
                findings.plan.append(early_check.would)
                findings.warnings += early_check.notes


def _checked(
    study: Study, score: Score, cohort: Cohort, table: pd.DataFrame | None
) -> EarlyCheck | None:
    """Return the result of a score's own check; None if it has none."""
    if isinstance(score, CheckedWithinPools):
        return score.check_within_pools(cohort, expected_pools(study, cohort))
    return score.check_early(cohort, table) if isinstance(score, CheckedEarly) else None


def _one_session_each(cohort: Cohort) -> bool:
    return 0 < len(cohort.sessions) == len(cohort.subjects)


def _block(
    name: str, error: CohortError, findings: Findings, *, inapplicable: bool = False
) -> None:
    """Record that a score can't be made: an error, or a warning if it doesn't apply here."""
    messages = findings.warnings if inapplicable else findings.errors
    messages.append(f"{name} can't be made: {error}")
    findings.blocked[name] = str(error)
    if inapplicable:
        findings.inapplicable.add(name)


def _matched(study: Study, source: Source, cohort: Cohort, findings: Findings) -> pd.DataFrame:
    """Read the table like the asset `phenotypes`, and find every subject's row."""
    settings, path = study.behaviour, study.phenotypes
    if path is not None:
        name, table = str(path), read_phenotypes(path, settings.subject_column)
    else:
        assert brings_phenotypes(source)  # noqa: S101  (has_phenotypes has seen to it)
        name, table = f"the phenotypes of source {study.source}", source.phenotypes()
    checked = check_phenotypes(
        table,
        settings.targets,
        settings.subject_column,
        settings.coding,
        name,
        settings.family_column,
    )
    matched = match_phenotypes(checked, settings.subject_column, cohort.subjects)
    findings.warnings += matched.notes
    with_row = sum(subject in matched.table.index for subject in cohort.subjects)
    findings.plan.append(
        f"phenotypes: {with_row} of {len(cohort.subjects)} subjects with a scan have a row; the "
        f"table has {len(matched.table)} rows"
    )
    return matched.table


def _warn_of_no_table(study: Study, findings: Findings) -> None:
    there = {score.name for score in scored(study)}
    missed = [score.name for score in study.chosen_scores if score.name not in there]
    asked = [name for name in missed if name != "behaviour" or study.behaviour.targets]
    if asked:
        findings.warnings.append(
            f"{', '.join(asked)} can't be made: the study names no table under phenotypes"
        )
