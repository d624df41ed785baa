"""The check of a study: sessions, lengths, phenotypes, folds and cost, before computing."""

import time

from attnconn_assets.assets.scores.specs import scored
from attnconn_assets.operation.check.cost import check_cost
from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.operation.check.lengths import check_lengths, read_shapes
from attnconn_assets.operation.check.motion import check_motion
from attnconn_assets.operation.check.plugins import check_plugins
from attnconn_assets.operation.check.regions import other_regions_than_stored
from attnconn_assets.operation.check.scores import check_scores
from attnconn_assets.operation.check.sessions import candidates, check_sessions, without
from attnconn_assets.study.study import Study
from attnconn_core.connectivity import methods
from attnconn_core.errors import AttnconnError
from attnconn_core.figures.registry import figures
from attnconn_core.scoring import scores
from attnconn_core.sources import sources

__all__ = ["check"]


def check(study: Study, *, seconds: float | None = None) -> Findings:
    """Check a study against the headers of its scans and its tables; compute and write nothing.

    Parameters
    ----------
    study
        The study.
    seconds
        Time after which no further header is read; None to read all.

    Returns
    -------
    findings
        If the sessions can't be listed, one error and nothing else.
    """
    findings = Findings()
    for every in (methods(), sources(), scores(), figures()):
        findings.warnings += every.unusable.values()
    check_plugins(study, findings)
    until = None if seconds is None else time.monotonic() + seconds
    source = study.make_source()
    try:
        listing = source.listing()
    except AttnconnError as error:
        findings.errors.append(str(error))
        return findings
    cohort = candidates(study, listing)
    check_sessions(study, listing, cohort, findings)
    if changed := other_regions_than_stored(study, source):
        findings.warnings.append(changed)
    shapes, unreadable = read_shapes(source, cohort.sessions, findings, until)
    kept = check_lengths(study, shapes, without(cohort, unreadable), findings)
    kept = check_motion(study, source, kept, findings, until)
    check_scores(study, source, kept, findings)
    made = [method.name for method in study.chosen_methods]
    findings.plan.append(f"methods: {', '.join(made)}")
    findings.plan.append(f"scores: {', '.join(score.name for score in scored(study))}")
    check_cost(study, source, shapes, kept, findings)
    return findings
