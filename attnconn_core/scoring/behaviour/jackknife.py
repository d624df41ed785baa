"""Variance of r over cohorts, for models that select edges anew in every cohort."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.folds import group_numbers
from attnconn_core.scoring.behaviour.model import BehaviourModel, KeptSubjects
from attnconn_core.scoring.behaviour.repeated_prediction import predict_repeatedly
from attnconn_core.scoring.behaviour.resampling import CrossValidation, correlations

__all__ = ["jackknifed_variance"]

# A third, not one: selection is not a smooth function of the data, and the jackknife is
# consistent for it only if many are deleted at once. Two repeats show the effect of the folds.
_SHARE, _DRAWS, _REPEATS = 1 / 3, 30, 2


def jackknifed_variance(
    cohort: KeptSubjects, model: BehaviourModel, plan: CrossValidation
) -> Float[np.ndarray, " target"]:
    """Return the variance of each target's r over cohorts, on Fisher's scale.

    Parameters
    ----------
    cohort, model, plan
        As for `predict_repeatedly`; of the plan only folds and seed are used.

    Returns
    -------
    variance
        NaN where too few subjects are left for a prediction.

    Notes
    -----
    Delete-d jackknife (Shao & Wu 1989, Annals of Statistics 17: 1176–1197): 30 times, a
    third of the subjects is left out, with their families, and the prediction is repeated
    with the others. The variance of r over draws, minus its variance over folds, is
    multiplied by (n − d) / d. It takes as long as 30 to 40 further repeats, without shuffles.
    """
    subjects = np.arange(len(cohort.targets))
    unit = subjects if cohort.groups is None else group_numbers(cohort.groups, len(subjects))
    many = int(unit.max()) + 1
    deleted = max(1, round(_SHARE * many))
    folds = min(plan.folds, many - deleted)
    rng = np.random.default_rng(plan.seed)
    r = np.full((_DRAWS, _REPEATS, cohort.targets.shape[1]), np.nan)
    if folds < 2:
        nothing: Float[np.ndarray, " target"] = r[0, 0]
        return nothing
    for draw in range(_DRAWS):
        kept = ~np.isin(unit, rng.permutation(many)[:deleted])
        again = replace(
            plan, folds=folds, repeats=_REPEATS, permutations=0, seed=plan.seed + _REPEATS * draw
        )
        try:
            predicted = predict_repeatedly(cohort.of(kept), model, again)
        except ParameterError:  # too few are left
            continue
        r[draw] = [
            correlations(*pair) for pair in zip(predicted.predictions, predicted.truth, strict=True)
        ]
    z = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    return np.array([_between(of_target) for of_target in z.transpose(2, 0, 1)]) * (
        (many - deleted) / deleted
    )


def _between(z: Float[np.ndarray, "draw repeat"]) -> float:
    """Return the variance over draws, minus that over repeats of the same draw.

    NaN if fewer than half of the draws, or fewer than two, have an r in every repeat.
    """
    known = z[np.isfinite(z).all(axis=1)]
    if len(known) < max(2, len(z) / 2):
        return float("nan")
    within = known.var(axis=1, ddof=1).mean() / known.shape[1]
    return max(0.0, float(known.mean(axis=1).var(ddof=1) - within))
