"""Recovery: how well every method finds the edges of ground truths."""

import pandas as pd

from attnconn_assets.assets.scores.recovery_estimators import estimators_for
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.errors import CohortError
from attnconn_core.figures import Styles, recovery_panel
from attnconn_core.scoring import NULL_ROWS, PUBLISHED, recovery_scores, summarise_recovery
from attnconn_core.sources import KnownTruth, read_known_truth, simulated_truth

__all__ = ["make_recovery"]

_SIMULATED = 10  # data sets of a simulated ground truth, if the study gives no number


def make_recovery(work: Work) -> Result:
    """Run every estimator on every data set of one ground truth."""
    data = _data_sets(work)
    competitors = work.settings["competitors"]
    scores, failed = recovery_scores(
        estimators_for(competitors, data),
        data,
        lambda method: work.log(f"recovery of {work.partition}: {method}"),
    )
    if set(scores["method"]) <= set(NULL_ROWS):
        raise CohortError(f"no method could be run on {work.partition}: {failed}")
    table = summarise_recovery(scores)
    published = PUBLISHED.get(work.partition)
    if published is not None:
        table = pd.concat([table, published], ignore_index=True)
    return Result(
        tables={"scores": scores, "table": table},
        figures={
            "figure": recovery_panel(scores, work.partition, styles=Styles(competitors.methods))
        },
        facts={
            "data_sets": len(data.series),
            "failed": failed,
            # A model of all data sets is a single draw, however many data sets it reads.
            "pooled": sorted(competitors.pooled & set(scores["method"])),
        },
        by_method=scores,
    )


def _data_sets(work: Work) -> KnownTruth:
    """Read or simulate the data sets of this partition."""
    settings = work.settings
    if settings["file"] is None:
        return simulated_truth(
            work.partition, settings["data_sets"] or _SIMULATED, settings["seed"]
        )
    file = settings["file"]
    with work.reading(file.file):
        truth = read_known_truth(file.file, work.partition, file.repetition_time)
    return truth.head(settings["data_sets"])
