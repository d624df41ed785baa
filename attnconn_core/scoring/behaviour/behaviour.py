"""Behaviour: what a subject's connectivity says of a score outside the scanner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.cpm import cpm
from attnconn_core.scoring.behaviour.folds import CrossValidated, assign_folds, inner_folds
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel, kernel_folds
from attnconn_core.scoring.behaviour.kernel_ridge import PENALTIES, kernel_ridge
from attnconn_core.scoring.behaviour.linear_sgd import linear_sgd
from attnconn_core.scoring.behaviour.resampling import shuffled_rows
from attnconn_core.scoring.checks import require_at_least, require_choice, require_finite

__all__ = ["BehaviourScore", "predict_behaviour"]


@dataclass(frozen=True, eq=False)
class BehaviourScore:
    """How well a target was predicted in subjects the model hadn't seen.

    Attributes
    ----------
    predictions, targets, fold
        Of the subjects kept, in the order given; `fold` is the one that tested them.
    kept
        Of all subjects given, those with a target.
    r, r2, mse, mae
        Over all predictions pooled; `r` is NaN where they are all equal.
    weights
        Linear weight of every edge, mean over folds; see the models for units.
    chosen
        What each fold chose, such as ``"penalty"`` or ``"epoch"``.
    p_value
        Share of shuffled targets, the true one counted in, whose `r` reaches the
        observed; None if none were shuffled.
    """

    predictions: Float[np.ndarray, " subject"]
    targets: Float[np.ndarray, " subject"]
    fold: Int[np.ndarray, " subject"]
    kept: Bool[np.ndarray, " given"]
    r: float
    r2: float
    mse: float
    mae: float
    weights: Float[np.ndarray, " edge"]
    chosen: Mapping[str, np.ndarray]
    p_value: float | None = None

    @property
    def n_dropped(self) -> int:
        """Subjects left out because they have no target."""
        return int(np.count_nonzero(~self.kept))


def predict_behaviour(
    features: Float[np.ndarray, "subject edge"],
    target: Float[np.ndarray, " subject"],
    *,
    model: str = "kernel_ridge",
    folds: int = 10,
    seed: int = 42,
    groups: Sequence[object] | np.ndarray | None = None,
    keep: str = "best",
    learning_rate: float = 1e-4,
    l2_penalty: float = 100.0,
    epochs: int = 500,
    patience: int = 5,
    penalties: Sequence[float] = PENALTIES,
    threshold: float = 0.01,
    permutations: int = 0,
) -> BehaviourScore:
    """Predict a target from edges, cross-validated over subjects.

    Parameters
    ----------
    features
        One row a subject, as `edge_features` lays them out.
    target
        One value a subject; those with NaN are left out and counted.
    model
        ``"kernel_ridge"``, ``"cpm"`` or ``"linear_sgd"`` (the reference's).
    folds, seed
        Of the cross-validation; the seed also draws inner folds and shuffles.
    groups
        Family of each subject, kept together in all folds and shuffles.
    keep, learning_rate, l2_penalty, epochs, patience
        Of ``"linear_sgd"``.
    penalties
        Candidates of ``"kernel_ridge"``, chosen among inside each training part.
    threshold
        Largest p of an edge in ``"cpm"``.
    permutations
        Shuffles of the target for `p_value`, run as further targets of the same folds;
        families change places whole, see `shuffled_rows`.

    Raises
    ------
    ParameterError
        If features aren't finite or don't fit the target, the target is infinite or
        constant, or an option is out of its range.
    """
    require_choice("model", model, ("kernel_ridge", "cpm", "linear_sgd"))
    require_at_least("permutations", permutations, 0)
    kept = _kept_subjects(features, target)
    features, target = features[kept].astype(np.float64), target[kept].astype(np.float64)
    if groups is not None:
        groups = [label for label, keeps in zip(groups, kept, strict=True) if keeps]
    fold = assign_folds(len(target), folds, seed, groups)
    shuffles = shuffled_rows(len(target), permutations, seed, groups)
    targets = np.column_stack([target, target[shuffles]])
    if model == "kernel_ridge":
        _check_penalties(penalties)
        prepared = kernel_folds(edge_kernel(features), fold)
        fit = kernel_ridge(prepared, targets, inner_folds(fold, seed, groups), penalties)
        weights = features.T @ fit.dual
        result = CrossValidated(fit.predictions, weights, {"penalty": fit.penalty})
    elif model == "cpm":
        _check_cpm(threshold, fold)
        result = cpm(features, targets, fold, threshold)
    else:
        _check_descent(keep, learning_rate, l2_penalty, epochs, patience, folds)
        result = linear_sgd(
            features,
            targets,
            fold,
            keep=keep,
            learning_rate=learning_rate,
            l2_penalty=l2_penalty,
            epochs=epochs,
            patience=patience,
        )
    return _score(result, targets, fold, kept)


def _score(
    result: CrossValidated, targets: np.ndarray, fold: np.ndarray, kept: np.ndarray
) -> BehaviourScore:
    r = _correlations(result.predictions, targets)
    predicted, truth = result.predictions[:, 0], targets[:, 0]
    shuffled = r[1:]
    return BehaviourScore(
        predictions=predicted,
        targets=truth,
        fold=fold,
        kept=kept,
        r=float(r[0]),
        r2=float(r2_score(truth, predicted)),
        mse=float(mean_squared_error(truth, predicted)),
        mae=float(mean_absolute_error(truth, predicted)),
        weights=result.weights[:, 0],
        chosen={name: values[:, 0] for name, values in result.chosen.items()},
        # A shuffle without an r says nothing; it is counted against the target.
        p_value=float((1 + np.sum(~(shuffled < r[0]))) / (1 + len(shuffled)))
        if len(shuffled)
        else None,
    )


def _correlations(predictions: np.ndarray, targets: np.ndarray) -> Float[np.ndarray, " target"]:
    first, second = predictions - predictions.mean(axis=0), targets - targets.mean(axis=0)
    norm = np.linalg.norm(first, axis=0) * np.linalg.norm(second, axis=0)
    defined = np.ptp(predictions, axis=0) > 0
    return np.where(defined, (first * second).sum(axis=0) / np.where(defined, norm, 1.0), np.nan)


def _kept_subjects(features: np.ndarray, target: np.ndarray) -> Bool[np.ndarray, " given"]:
    if features.ndim != 2 or target.shape != features.shape[:1]:
        raise ParameterError(
            f"features must be (subject, edge) and target (subject,) of the same subjects; "
            f"got {features.shape} and {target.shape}"
        )
    kept = ~np.isnan(target)
    require_finite("features", features[kept])
    require_finite("target", target[kept])
    if not kept.any() or np.ptp(target[kept]) == 0:
        raise ParameterError(
            f"a target must differ between subjects; "
            f"got {', '.join(f'{value:g}' for value in np.unique(target[kept])) or 'no value'} "
            f"in {np.count_nonzero(kept)} subjects"
        )
    return kept


def _check_penalties(penalties: Sequence[float]) -> None:
    if not len(penalties) or not all(penalty > 0 for penalty in penalties):
        raise ParameterError(f"penalties must be positive numbers; got {list(penalties)}")


def _check_cpm(threshold: float, fold: np.ndarray) -> None:
    if not 0 < threshold < 1:
        raise ParameterError(f"threshold must lie between 0 and 1; got {threshold}")
    smallest = len(fold) - int(np.bincount(fold).max())
    if smallest < 3:
        raise ParameterError(f"cpm needs at least 3 subjects to train on; got {smallest}")


def _check_descent(
    keep: str,
    learning_rate: float,
    l2_penalty: float,
    epochs: int,
    patience: int,
    folds: int,
) -> None:
    require_choice("keep", keep, ("best", "last"))
    require_at_least("l2_penalty", l2_penalty, 0)
    require_at_least("epochs", epochs, 1)
    require_at_least("patience", patience, 1)
    require_at_least("folds of linear_sgd", folds, 3)
    if not learning_rate > 0:
        raise ParameterError(f"learning_rate must be positive; got {learning_rate}")
