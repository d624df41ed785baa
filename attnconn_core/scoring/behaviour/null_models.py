"""Null models without information: their only feature is the same in all subjects."""

import numpy as np
import pandas as pd
from jaxtyping import Float

__all__ = ["why_constant", "why_meaningless"]

# Share of the spread of single edges. Means of n independent edges spread by 1/√n as much,
# which is above 1e-3 at 1,000 regions; rounding of single precision is 1e-7.
_CONSTANT = 1e-5
# R² of predictions whose slope is fitted to rounding: they miss the target by more than 10
# times its standard deviation, and often by far more.
_MEANINGLESS = -100.0


def why_constant(features: Float[np.ndarray, "subject edge"]) -> str:
    """Return why subjects' mean edges can't predict anything; an empty text if they can.

    Rows of a matrix that sum to 1, as attention's do, have the same mean in every subject,
    up to rounding. A slope fitted to rounding predicts at random, with R² down to −10¹¹.

    Parameters
    ----------
    features
        One row per subject, as `edge_features` lays them out.
    """
    spread = float(features.mean(axis=1).std())
    of_edges = float(features.std(axis=0).mean())
    if spread > _CONSTANT * of_edges:
        return ""
    return (
        f"mean edges are the same in all subjects: they deviate by {spread:.1e} "
        f"between subjects, single edges by {of_edges:.1e}"
    )


def why_meaningless(scores: pd.DataFrame) -> str:
    """Return why a null model's predictions are meaningless; an empty text if they aren't.

    This also detects a single fold whose training subjects happen to share their mean edge.

    Parameters
    ----------
    scores
        Columns ``target`` and ``r2``, as in `BehaviourTable.scores`.
    """
    if not len(scores) or not (scores["r2"] < _MEANINGLESS).any():
        return ""
    worst = scores.sort_values("r2").iloc[0]
    return (
        "predictions leave the range of the target "
        f"(R² {worst['r2']:.1e} of {worst['target']}): mean edges hardly differ in training"
    )
