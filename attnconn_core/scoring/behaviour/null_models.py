"""Null models that say nothing: those whose one feature is the same in everybody."""

import numpy as np
import pandas as pd
from jaxtyping import Float

__all__ = ["why_constant", "why_meaningless"]

# Of the spread of single edges. Means of independent edges spread by one over the root of
# their number, which is above 1e-3 at 1,000 regions; rounding of single precision is 1e-7.
_CONSTANT = 1e-5
# A slope that is fitted to rounding foretells values of another order of magnitude: 10 times
# the target's deviation, and there are far worse.
_MEANINGLESS = -100.0


def why_constant(features: Float[np.ndarray, "subject edge"]) -> str:
    """Say why subjects' mean edges can't predict anything; nothing where they can.

    Rows of a matrix that sum to 1, as attention's do, have the same mean in every subject,
    up to rounding, and a slope on rounding predicts at random, with R² down to −10¹¹.

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
    """Say why a null model's predictions are no predictions; nothing where they are.

    So that one fold, whose training subjects happen to share their mean edge, shows as well.

    Parameters
    ----------
    scores
        ``target`` and ``r2``, as `BehaviourTable.scores` has them.
    """
    if not len(scores) or not (scores["r2"] < _MEANINGLESS).any():
        return ""
    worst = scores.sort_values("r2").iloc[0]
    return (
        "predictions leave the range of the target "
        f"(R² {worst['r2']:.1e} of {worst['target']}): mean edges hardly differ in training"
    )
