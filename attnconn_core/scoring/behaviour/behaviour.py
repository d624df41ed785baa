"""Prediction of behaviour from connectivity, cross-validated over subjects, for one target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from attnconn_core.checks import require_choice, require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.records.short_repr import ShortRepr
from attnconn_core.scoring.behaviour.folds import CrossValidated, assign_folds
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel
from attnconn_core.scoring.behaviour.kernel_ridge import KernelRidge
from attnconn_core.scoring.behaviour.model import BehaviourModel, KeptSubjects, Split
from attnconn_core.scoring.behaviour.models import MODELS
from attnconn_core.scoring.behaviour.resampling import shuffled_rows
from attnconn_core.scoring.checks import require_finite

__all__ = ["BehaviourScore", "cross_validate", "predict_behaviour"]


@dataclass(frozen=True, eq=False, repr=False)
class BehaviourScore(ShortRepr):
    """How well a model predicts a target in held-out subjects.

    Attributes
    ----------
    predictions, targets
        Predicted and measured values of the subjects kept, in the order given.
    fold
        For each subject kept, the number of the fold that tests it.
    kept
        For each subject given, whether it has a target.
    r, r2, mse, mae
        Computed over the pooled predictions; `r` is NaN where all predictions are equal.
    weights
        Linear weight of every edge, mean over folds; see the models for units.
    chosen
        What each fold chose, such as ``"penalty"`` or ``"epoch"``.
    p_value
        Share of shuffled targets, the true one included, whose `r` reaches the observed
        one; None if no shuffles were drawn.
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
        """Number of subjects left out because they have no target."""
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
    """Predict one target from edges, cross-validated over subjects.

    Parameters
    ----------
    features
        One row per subject, as `edge_features` returns them.
    target
        One value per subject; those whose value is NaN are left out and counted.
    model
        Settings of a model: `KernelRidge` (the default, if None), `Cpm`, `LinearSgd` or
        `LeastSquares`.
    folds
        Number of folds.
    seed
        Seed of the folds, the inner folds and the shuffles.
    groups
        Family of each subject; a family stays together in all folds and shuffles.
    permutations
        Number of shuffles of the target for `p_value`, which use the same folds. Families
        are exchanged as blocks, see `shuffled_rows`.

    Raises
    ------
    ParameterError
        If features are not finite, do not fit the target, the target is infinite or
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
    if isinstance(model, type) or not hasattr(model, "cross_validator"):
        given = model.__name__ if isinstance(model, type) else repr(model)
        raise ParameterError(
            f"model must be settings of a model, such as KernelRidge(); got {given}. "
            "predict_behaviour takes the names of models"
        )
    require_whole("permutations", permutations, 0)
    features, target = _numbers("features", features), _numbers("target", target)
    kept = _kept_subjects(features, target)
    features, target = features[kept], target[kept]
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
    """Predict one target with a model given by name; `cross_validate` takes a model instead.

    Parameters
    ----------
    features, target, folds, seed, groups, permutations
        As for `cross_validate`.
    model
        ``"kernel_ridge"``, ``"cpm"``, ``"linear_sgd"`` (the original study's model) or
        ``"least_squares"``.
    settings
        Fields of these models, such as ``penalties``, ``threshold`` or ``epochs``; fields
        that the chosen model lacks have no effect.

    Raises
    ------
    ParameterError
        As `cross_validate`; also if there is no model or setting of that name.

    Examples
    --------
    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(60, 20))
    >>> target = features[:, 0] - features[:, 1]
    >>> score = predict_behaviour(features, target, model="kernel_ridge", folds=5, permutations=19)
    >>> bool(score.r > 0.9), score.p_value
    (True, 0.05)
    """
    if not isinstance(model, str):
        raise ParameterError(
            f"model must be the name of a model ({', '.join(MODELS)}); got "
            f"{type(model).__name__}. cross_validate takes settings of a model"
        )
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


def _numbers(name: str, values: object) -> np.ndarray:
    """Return an array of real numbers, also of a column or table of pandas."""
    try:
        # NumPy would stack the matrices.
        if isinstance(values, list | tuple) and any(isinstance(v, Connectivity) for v in values):
            raise TypeError
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        hint = ". edge_features(matrices) makes the features of matrices"
        raise ParameterError(
            f"{name} must be an array of real numbers; got {type(values).__name__}"
            f"{hint if name == 'features' else ''}"
        ) from None


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
        # A shuffle whose r is undefined counts against the target, so that p is never too small.
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
    kept: Bool[np.ndarray, " given"] = ~np.isnan(target)
    require_finite("features", features[kept])
    require_finite("target", target[kept])
    if not kept.any() or np.ptp(target[kept]) == 0:
        raise ParameterError(
            f"a target must differ between subjects; "
            f"got {', '.join(f'{value:g}' for value in np.unique(target[kept])) or 'no value'} "
            f"in {np.count_nonzero(kept)} subjects"
        )
    return kept
