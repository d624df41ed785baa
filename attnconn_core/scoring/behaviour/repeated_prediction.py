"""Predicting many targets repeatedly, and a thousand shuffles of each, by the same folds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds, adjusted_truth
from attnconn_core.scoring.behaviour.cpm import cpm
from attnconn_core.scoring.behaviour.folds import assign_folds, inner_folds
from attnconn_core.scoring.behaviour.kernel_folds import kernel_folds
from attnconn_core.scoring.behaviour.kernel_ridge import kernel_ridge
from attnconn_core.scoring.behaviour.least_squares import least_squares
from attnconn_core.scoring.behaviour.linear_sgd import linear_sgd
from attnconn_core.scoring.behaviour.resampling import CrossValidation, correlations, shuffled_rows
from attnconn_core.scoring.behaviour.spectral_ridge import SpectralRidge

__all__ = ["TABLE_MODELS", "KeptSubjects", "Predicted", "predict_repeatedly"]

TABLE_MODELS = ("kernel_ridge", "cpm", "linear_sgd", "least_squares")
# From here on the products of shuffles are float32: they take half the time, and an r
# is off by a millionth.
_MANY_SUBJECTS = 200
_SHUFFLES_AT_ONCE = 1000

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class KeptSubjects:
    """Subjects that have all of some targets, and what is known of them.

    `kernel` is `edge_kernel` of the features where the model reads it, else None.
    """

    features: Float[np.ndarray, "subject edge"]
    targets: Float[np.ndarray, "subject target"]
    confounds: Confounds | None
    groups: np.ndarray | None
    kernel: Float[np.ndarray, "subject subject"] | None = None

    def of(self, kept: Bool[np.ndarray, " subject"]) -> "KeptSubjects":
        """Only some of the subjects."""
        return KeptSubjects(
            self.features[kept],
            self.targets[kept],
            None if self.confounds is None else self.confounds.of(kept),
            None if self.groups is None else self.groups[kept],
            None if self.kernel is None else self.kernel[np.ix_(kept, kept)],
        )


@dataclass(frozen=True, eq=False)
class Predicted:
    """Every repeat's folds, what was predicted, what was true, and p (NaN if not asked).

    The truth is the target as the fold that tests a subject adjusts it.
    """

    fold: Int[np.ndarray, "repeat subject"]
    predictions: Float[np.ndarray, "repeat subject target"]
    truth: Float[np.ndarray, "repeat subject target"]
    p: Float[np.ndarray, " target"]


def predict_repeatedly(cohort: KeptSubjects, model: str, plan: CrossValidation) -> Predicted:
    """Predict all targets in every repeat, and shuffles of them by the same folds.

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
        predict, predict_shuffled = _predictors(cohort, model, fold, plan.seed + repeat)
        truth = adjusted_truth(cohort.targets, fold, cohort.confounds)
        predictions.append(predict(cohort.targets))
        truths.append(truth)
        folds.append(fold)
        if plan.permutations:
            # By what predicts the shuffles, or the two couldn't be compared.
            observed += correlations(predict_shuffled(cohort.targets), truth) / plan.repeats
            reached += _null(cohort, shuffles, fold, predict_shuffled) / plan.repeats
    # A shuffle without an r says nothing; it is counted against the target. Nor may
    # rounding decide where a shuffle is the order observed.
    count = (~(reached < observed[:, None] - 1e-5)).sum(axis=1)
    p = (1 + count) / (1 + plan.permutations)
    return Predicted(
        np.stack(folds),
        np.stack(predictions),
        np.stack(truths),
        p if plan.permutations else np.full(n_targets, np.nan),
    )


def _predictors(
    cohort: KeptSubjects, model: str, fold: np.ndarray, seed: int
) -> tuple[Predict, Predict]:
    """What predicts targets, and shuffles of them."""
    if model == "kernel_ridge":
        if cohort.kernel is None:
            raise ParameterError("kernel_ridge needs the cohort's kernel; got none")
        prepared = kernel_folds(cohort.kernel, fold, cohort.confounds)
        inner = inner_folds(fold, seed, cohort.groups)
        quick = SpectralRidge(prepared)
        if len(fold) >= _MANY_SUBJECTS:
            quick = quick.in_precision(np.float32)
        return lambda targets: kernel_ridge(prepared, targets, inner).predictions, quick
    if model == "least_squares":
        linear = partial(least_squares, cohort.features, fold=fold, confounds=cohort.confounds)
        return linear, linear
    if model == "cpm":
        smallest = len(fold) - int(np.bincount(fold).max())
        if smallest < 3:
            raise ParameterError(f"cpm needs at least 3 subjects to train on; got {smallest}")
        fit = partial(cpm, fold=fold, confounds=cohort.confounds)
    else:
        if fold.max() < 2:
            raise ParameterError(f"folds of linear_sgd must be at least 3; got {fold.max() + 1}")
        fit = partial(
            linear_sgd,
            fold=fold,
            keep="best",
            learning_rate=1e-4,
            l2_penalty=100.0,
            epochs=500,
            patience=5,
            confounds=cohort.confounds,
        )

    def predict(targets: np.ndarray) -> np.ndarray:
        return fit(cohort.features, targets).predictions

    return predict, predict


def _null(
    cohort: KeptSubjects,
    shuffles: Int[np.ndarray, "subject permutation"],
    fold: Int[np.ndarray, " subject"],
    predict: Predict,
) -> Float[np.ndarray, "target permutation"]:
    """R of every target's shuffles. Targets are scaled: r doesn't see it, float32 does."""
    scaled = (cohort.targets - cohort.targets.mean(axis=0)) / cohort.targets.std(axis=0)
    explained = np.zeros_like(scaled)
    if cohort.confounds is not None:
        everybody = np.ones(len(scaled), dtype=bool)
        plain = replace(cohort.confounds, from_features=False)
        _, residuals = plain.adjust(cohort.features, scaled, everybody)
        explained, scaled = scaled - residuals, residuals
    precision = np.float32 if len(scaled) >= _MANY_SUBJECTS else np.float64
    found = np.empty((scaled.shape[1], shuffles.shape[1]))
    for target, values in enumerate(scaled.T.astype(precision)):
        for start in range(0, shuffles.shape[1], _SHUFFLES_AT_ONCE):
            part = slice(start, start + _SHUFFLES_AT_ONCE)
            block = values[shuffles[:, part]] + explained[:, [target]].astype(precision)
            truth = adjusted_truth(block, fold, cohort.confounds)
            found[target, part] = correlations(predict(block), truth)
    return found
