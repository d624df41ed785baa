"""Repeated prediction of many targets, and of shuffles of each on the same folds."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.scoring.behaviour.confounds import adjusted_truth
from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.scoring.behaviour.model import BehaviourModel, KeptSubjects, Split
from attnconn_core.scoring.behaviour.resampling import (
    MANY_SUBJECTS,
    CrossValidation,
    correlations,
    shuffled_rows,
)

__all__ = ["Predicted", "predict_repeatedly"]

_SHUFFLES_AT_ONCE = 1000

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Predicted:
    """Folds, predictions and true values per repeat, and p (NaN without permutations).

    The true values are the targets as adjusted by the fold that tests each subject.
    """

    fold: Int[np.ndarray, "repeat subject"]
    predictions: Float[np.ndarray, "repeat subject target"]
    truth: Float[np.ndarray, "repeat subject target"]
    p: Float[np.ndarray, " target"]


def predict_repeatedly(
    cohort: KeptSubjects, model: BehaviourModel, plan: CrossValidation
) -> Predicted:
    """Predict all targets in every repeat, and shuffles of them on the same folds.

    Raises
    ------
    ParameterError
        If there are too few subjects for the folds, the model or the confounds.
    """
    n_subjects, n_targets = cohort.targets.shape
    shuffles = shuffled_rows(n_subjects, plan.permutations, plan.seed, cohort.groups)
    reached = np.zeros((n_targets, plan.permutations))
    observed = np.zeros(n_targets)
    folds, predictions, truths = [], [], []
    for repeat in range(plan.repeats):
        fold = assign_folds(n_subjects, plan.folds, plan.seed + repeat, cohort.groups)
        validator = model.cross_validator(cohort, Split(fold, plan.seed + repeat))
        truth = adjusted_truth(cohort.targets, fold, cohort.confounds)
        predictions.append(validator.predict(cohort.targets))
        truths.append(truth)
        folds.append(fold)
        if plan.permutations:
            # By the same algorithm as the shuffles, so that the two can be compared.
            observed += (
                correlations(validator.predict_shuffled(cohort.targets), truth) / plan.repeats
            )
            reached += _null(cohort, shuffles, fold, validator.predict_shuffled) / plan.repeats
    # A shuffle whose r is undefined counts against the target, and so does one that differs
    # from the observed r by rounding alone.
    count = (~(reached < observed[:, None] - 1e-5)).sum(axis=1)
    p = (1 + count) / (1 + plan.permutations)
    return Predicted(
        np.stack(folds),
        np.stack(predictions),
        np.stack(truths),
        p if plan.permutations else np.full(n_targets, np.nan),
    )


def _null(
    cohort: KeptSubjects,
    shuffles: Int[np.ndarray, "subject permutation"],
    fold: Int[np.ndarray, " subject"],
    predict: Predict,
) -> Float[np.ndarray, "target permutation"]:
    """Return r of every target's shuffles. Targets are z-scored for float32; r is the same."""
    scaled = (cohort.targets - cohort.targets.mean(axis=0)) / cohort.targets.std(axis=0)
    explained = np.zeros_like(scaled)
    if cohort.confounds is not None:
        everybody = np.ones(len(scaled), dtype=bool)
        plain = replace(cohort.confounds, from_features=False)
        _, residuals = plain.adjust(cohort.features, scaled, everybody)
        explained, scaled = scaled - residuals, residuals
    precision = np.float32 if len(scaled) >= MANY_SUBJECTS else np.float64
    r = np.empty((scaled.shape[1], shuffles.shape[1]))
    for target, values in enumerate(scaled.T.astype(precision)):
        for start in range(0, shuffles.shape[1], _SHUFFLES_AT_ONCE):
            part = slice(start, start + _SHUFFLES_AT_ONCE)
            block = values[shuffles[:, part]] + explained[:, [target]].astype(precision)
            truth = adjusted_truth(block, fold, cohort.confounds)
            r[target, part] = correlations(predict(block), truth)
    return r
