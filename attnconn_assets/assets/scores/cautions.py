"""Cautions: methods whose matrices must not be interpreted, according to the scores."""

from collections.abc import Iterator, Mapping

import pandas as pd

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.scoring import join_cautions

__all__ = ["CAUTIONS", "cautions_of", "make_cautions"]

CAUTIONS = "cautions"


def make_cautions(work: Work) -> Result:
    """Join the cautions of all scores, and those from the methods' own metrics.

    Scores and methods that aren't made are skipped.
    """
    warnings = join_cautions(_reasons(work))
    table = pd.DataFrame(
        {"method": list(warnings), "warning": list(warnings.values())}, dtype="string"
    )
    return Result(
        tables={"cautions": table},
        metrics={"methods with a warning": len(warnings)},
        facts={"by method": warnings},
        warnings=warnings,
    )


def _reasons(work: Work) -> Iterator[Mapping[str, str]]:
    """Yield method → why its matrices must not be interpreted: by scores, then by inversions."""
    for score in work.settings["scores"]:
        if score.name not in work.lacks:
            yield score.cautions(work.tables(score.name))
    methods = [method for method in work.settings["inverting"] if method.name not in work.lacks]
    sessions = work.cohort().sessions if methods else ()
    for method in methods:
        metrics = [work.facts(method.name, session.key)["metrics"] for session in sessions]
        why = method.estimator.inverts.caution(metrics)
        if why:
            yield {method.name: why}


def cautions_of(work: Work) -> Mapping[str, str]:
    """Return method → why its matrices must not be interpreted."""
    warnings: Mapping[str, str] = work.facts(CAUTIONS, WHOLE)["by method"]
    return warnings
