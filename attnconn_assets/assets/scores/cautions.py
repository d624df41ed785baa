"""Cautions: the methods whose matrices must not be interpreted, as the scores found."""

from collections.abc import Mapping

import pandas as pd

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.scoring import join_cautions

__all__ = ["CAUTIONS", "cautions_of", "make_cautions"]

CAUTIONS = "cautions"


def make_cautions(work: Work) -> Result:
    """Join what scores have against methods; a score that isn't made has nothing."""
    made = [score for score in work.settings["scores"] if score.name not in work.lacks]
    found = join_cautions(score.cautions(work.tables(score.name)) for score in made)
    table = pd.DataFrame({"method": list(found), "warning": list(found.values())}, dtype="string")
    return Result(
        tables={"cautions": table},
        metrics={"methods with a warning": len(found)},
        facts={"by method": found},
        warnings=found,
    )


def cautions_of(work: Work) -> Mapping[str, str]:
    """Read which methods must not be interpreted, and why."""
    found: Mapping[str, str] = work.facts(CAUTIONS, WHOLE)["by method"]
    return found
