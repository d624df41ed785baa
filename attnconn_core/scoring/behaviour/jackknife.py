"""Variance of r and R² over cohorts, from predictions of parts of a cohort."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from sklearn.metrics import r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.folds import group_numbers
from attnconn_core.scoring.behaviour.model import BehaviourModel, KeptSubjects
from attnconn_core.scoring.behaviour.repeated_prediction import predict_repeatedly
from attnconn_core.scoring.behaviour.resampling import CrossValidation, correlations

__all__ = ["CohortVariance", "jackknifed_variance"]

# A third, not one: selection is not a smooth function of the data, and the jackknife is
# consistent for it only if many are deleted at once. Two repeats show the effect of the folds.
_SHARE, _DRAWS, _REPEATS = 1 / 3, 30, 2


@dataclass(frozen=True, eq=False)
class CohortVariance:
    """Variance over cohorts; NaN where too few subjects are left for a prediction.

    Attributes
    ----------
    r
        Of each target's r, on Fisher's scale.
    r2
        Of each target's R².
    """

    r: Float[np.ndarray, " target"]
    r2: Float[np.ndarray, " target"]


def jackknifed_variance(
    cohort: KeptSubjects, model: BehaviourModel, plan: CrossValidation
) -> CohortVariance:
    """Return the variance of each target's r and R² over cohorts.

    Parameters
    ----------
    cohort, model, plan
        As for `predict_repeatedly`; of the plan only folds and seed are used.

    Notes
    -----
    Delete-d jackknife (Shao & Wu 1989, Annals of Statistics 17: 1176–1197): 30 times, a
    third of the subjects is left out, with their families, and the prediction is repeated
    with the others. The variance over draws, minus that over folds, is multiplied by
    (n − d) / d. It takes as long as 30 to 40 further repeats, without shuffles.
    """
    subjects = np.arange(len(cohort.targets))
    unit = subjects if cohort.groups is None else group_numbers(cohort.groups, len(subjects))
    many = int(unit.max()) + 1
    deleted = max(1, round(_SHARE * many))
    folds = min(plan.folds, many - deleted)
    rng = np.random.default_rng(plan.seed)
    z = np.full((_DRAWS, _REPEATS, cohort.targets.shape[1]), np.nan)
    r2 = z.copy()
    for draw in range(_DRAWS if folds > 1 else 0):
        kept = ~np.isin(unit, rng.permutation(many)[:deleted])
        again = replace(
            plan, folds=folds, repeats=_REPEATS, permutations=0, seed=plan.seed + _REPEATS * draw
        )
        try:
            predicted = predict_repeatedly(cohort.of(kept), model, again)
        except ParameterError:  # too few are left
            continue
        for repeat, (predictions, truth) in enumerate(
            zip(predicted.predictions, predicted.truth, strict=True)
        ):
            r = correlations(predictions, truth)
            z[draw, repeat] = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
            known = np.ptp(truth, axis=0) > 0
            r2[draw, repeat, known] = r2_score(
                truth[:, known], predictions[:, known], multioutput="raw_values"
            )
    times = (many - deleted) / deleted
    return CohortVariance(times * _between(z), times * _between(r2))


def _between(values: Float[np.ndarray, "draw repeat target"]) -> Float[np.ndarray, " target"]:
    """Return the variance over draws, minus that over repeats of the same draw.

    NaN if fewer than half of the draws, or fewer than two, have a value in every repeat.
    """
    variances = []
    for of_target in values.transpose(2, 0, 1):
        known = of_target[np.isfinite(of_target).all(axis=1)]
        if len(known) < max(2, len(of_target) / 2):
            variances.append(float("nan"))
            continue
        within = known.var(axis=1, ddof=1).mean() / known.shape[1]
        variances.append(max(0.0, float(known.mean(axis=1).var(ddof=1) - within)))
    return np.array(variances)
