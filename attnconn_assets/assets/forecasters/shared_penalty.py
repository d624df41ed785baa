"""The penalty that shrinks sessions towards other subjects, the same for all."""

import pandas as pd

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.errors import CohortError
from attnconn_core.forecasting.linear import best_penalty

__all__ = ["make_shared_penalty"]

_METHOD = "hierarchical_var"


def make_shared_penalty(work: Work) -> Result:
    """Choose the penalty with the highest R² on validation frames, averaged over sessions."""
    trained = [session for session in work.cohort().sessions if session.group != "test"]
    curves = []
    for session in trained:
        penalties = work.table("linear_forecasters", "penalties", session.key)
        own = penalties[penalties["method"] == _METHOD]
        if len(own):
            curves.append(dict(zip(own["alpha"], own["validation_r2"], strict=True)))
    if not curves:
        raise CohortError(
            f"a shared penalty needs sessions with a {_METHOD}, which learns from other subjects; "
            f"none of {len(trained)} sessions has one: add subjects"
        )
    mean = pd.DataFrame(curves).mean()
    alpha = best_penalty(*curves)
    numbers = {
        "alpha": alpha,
        "validation_r2": float(mean[alpha]),
        "sessions averaged": len(curves),
    }
    table = pd.DataFrame({"alpha": mean.index, "validation_r2": mean.to_numpy()})
    return Result(tables={"penalties": table}, metrics=numbers, facts=numbers)
