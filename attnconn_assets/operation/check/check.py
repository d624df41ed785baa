"""The check of a study: sessions, lengths, phenotypes, folds and cost, before computing."""

import time

from attnconn_assets.operation.check.cost import check_cost
from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.operation.check.lengths import check_lengths, read_shapes
from attnconn_assets.operation.check.motion import check_motion
from attnconn_assets.operation.check.scores import check_scores
from attnconn_assets.operation.check.sessions import candidates, check_sessions, without
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError

__all__ = ["check"]


def check(study: Study, *, seconds: float | None = None) -> Findings:
    """Hold a study against its scans' headers and its tables; nothing is computed or written.

    Parameters
    ----------
    study
        What would be run.
    seconds
        After which no further header is read; None to read all.

    Returns
    -------
    findings
        An error where the sessions can't even be listed.
    """
    findings = Findings()
    until = None if seconds is None else time.monotonic() + seconds
    source = study.make_source()
    try:
        listing = source.listing()
    except AttnconnError as error:
        findings.errors.append(str(error))
        return findings
    cohort = candidates(study, listing)
    check_sessions(study, listing, cohort, findings)
    shapes, unreadable = read_shapes(source, cohort.sessions, findings, until)
    kept = check_lengths(study, shapes, without(cohort, unreadable), findings)
    kept = check_motion(study, source, kept, findings, until)
    check_scores(study, source, kept, findings)
    check_cost(study, source, shapes, kept, findings)
    return findings
