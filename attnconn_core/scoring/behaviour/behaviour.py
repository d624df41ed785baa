"""Behaviour: what a subject's connectivity predicts of a score outside the scanner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.folds import CrossValidated, assign_folds
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel
from attnconn_core.scoring.behaviour.kernel_ridge import KernelRidge
from attnconn_core.scoring.behaviour.model import BehaviourModel, KeptSubjects, Split
from attnconn_core.scoring.behaviour.models import MODELS
from attnconn_core.scoring.behaviour.resampling import shuffled_rows
from attnconn_core.scoring.checks import require_at_least, require_choice, require_finite

__all__ = ["BehaviourScore", "cross_validate", "predict_behaviour"]


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


def cross_validate(
    features: Float[np.ndarray, "subject edge"],
    target: Float[np.ndarray, " subject"],
    model: BehaviourModel | None = None,
    *,
    folds: int = 10,
    seed: int = 42,
    groups: Sequence[object] | np.ndarray | None = None,
    permutations: int = 0,
) -> BehaviourScore:
    """Predict a target from edges, cross-validated over subjects.

    Parameters
    ----------
    features
        One row per subject, as `edge_features` returns them.
    target
        One value per subject; subjects whose value is NaN are left out and counted.
    model
        `KernelRidge` (the default, if None), `Cpm`, `LinearSgd` or `LeastSquares`, with its
        settings.
    folds, seed
        Of the cross-validation; the seed also draws inner folds and shuffles.
    groups
        Family of each subject; families stay together in all folds and shuffles.
    permutations
        Number of shuffles of the target for `p_value`, predicted as further targets of the
        same folds. Families change places as a whole, see `shuffled_rows`.

    Raises
    ------
    ParameterError
        If features aren't finite or don't fit the target, the target is infinite or
        constant, or there are too few subjects for the folds or the model.

    Examples
    --------
    >>> import numpy as np
    >>> from attnconn_core.scoring import KernelRidge, cross_validate
    >>> features = np.random.default_rng(0).normal(size=(60, 20))
    >>> target = features[:, 0] - features[:, 1]
    >>> score = cross_validate(features, target, KernelRidge(penalties=(0.01, 0.1, 1.0)), folds=5)
    >>> bool(score.r > 0.9), score.weights.shape
    (True, (20,))
    """
    model = KernelRidge() if model is None else model
    require_at_least("permutations", permutations, 0)
    kept = _kept_subjects(features, target)
    features, target = features[kept].astype(np.float64), target[kept].astype(np.float64)
    families = None
    if groups is not None:
        families = np.asarray(groups, dtype=object)[kept]
    fold = assign_folds(len(target), folds, seed, families)
    shuffles = shuffled_rows(len(target), permutations, seed, families)
    targets = np.column_stack([target, target[shuffles]])
    kernel = edge_kernel(features) if model.reads_kernel else None
    subjects = KeptSubjects(features, target[:, None], groups=families, kernel=kernel)
    fitted = model.cross_validator(subjects, Split(fold, seed)).fit(targets)
    return _score(fitted, targets, fold, kept)


def predict_behaviour(
    features: Float[np.ndarray, "subject edge"],
    target: Float[np.ndarray, " subject"],
    *,
    model: str = "kernel_ridge",
    folds: int = 10,
    seed: int = 42,
    groups: Sequence[object] | np.ndarray | None = None,
    permutations: int = 0,
    **settings: Any,
) -> BehaviourScore:
    """Predict a target by the model of a name; see `cross_validate`, which takes a model.

    Parameters
    ----------
    features, target, folds, seed, groups, permutations
        As for `cross_validate`.
    model
        ``"kernel_ridge"``, ``"cpm"``, ``"linear_sgd"`` (the original study's) or
        ``"least_squares"``.
    settings
        Fields of any of these models, such as ``penalties``, ``threshold`` or ``epochs``;
        those of other models than the one named have no effect.

    Raises
    ------
    ParameterError
        As `cross_validate` does; also if no model has the name or the setting.

    Examples
    --------
    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(60, 20))
    >>> target = features[:, 0] - features[:, 1]
    >>> score = predict_behaviour(features, target, model="kernel_ridge", folds=5, permutations=19)
    >>> bool(score.r > 0.9), score.p_value
    (True, 0.05)
    """
    require_choice("model", model, tuple(MODELS))
    known = {name: set(signature(kind).parameters) for name, kind in MODELS.items()}
    for name in settings:
        require_choice("a setting of predict_behaviour", name, sorted(set().union(*known.values())))
    own = {name: value for name, value in settings.items() if name in known[model]}
    return cross_validate(
        features,
        target,
        MODELS[model](**own),
        folds=folds,
        seed=seed,
        groups=groups,
        permutations=permutations,
    )


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
