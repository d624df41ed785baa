"""Repeated prediction of many targets at once, with intervals, p values and fold errors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds, explain_all
from attnconn_core.scoring.behaviour.jackknife import CohortVariance, jackknifed_variance
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel
from attnconn_core.scoring.behaviour.model import BehaviourModel, KeptSubjects
from attnconn_core.scoring.behaviour.models import as_model
from attnconn_core.scoring.behaviour.repeated_prediction import Predicted, predict_repeatedly
from attnconn_core.scoring.behaviour.resampling import (
    CrossValidation,
    correlations,
    interval_of_r,
    interval_of_r2,
)
from attnconn_core.scoring.checks import require_finite
from attnconn_core.sources import date_problem

__all__ = ["BehaviourTable", "score_behaviours", "target_patterns"]


@dataclass(frozen=True, eq=False)
class BehaviourTable:
    """How well targets are predicted in held-out subjects.

    Attributes
    ----------
    scores
        One row per target: ``r``, ``r2``, ``mse``, ``mae`` (mean over repeats), ``lower`` and
        ``upper`` (95 % interval of r, see `interval_of_r`), ``r2_lower`` and ``r2_upper``
        (that of R², see `interval_of_r2`), ``p`` (NaN without permutations), ``subjects``.
    repeats
        One row per target and repeat: ``r``, ``r2``, ``mse``, ``mae``.
    folds
        One row per target, repeat and fold: ``error``, the squared error in units of the
        target's variance, and the numbers of subjects ``tested`` and ``trained``.
    predictions
        One row per target, repeat and subject: ``fold``, ``predicted``, ``measured``.
    unusable
        Target → why it has no score.
    """

    scores: pd.DataFrame
    repeats: pd.DataFrame
    folds: pd.DataFrame
    predictions: pd.DataFrame
    unusable: dict[str, str]


def score_behaviours(
    features: Float[np.ndarray, "subject edge"],
    targets: pd.DataFrame,
    *,
    model: BehaviourModel | str = "kernel_ridge",
    cross_validation: CrossValidation | None = None,
    confounds: Confounds | None = None,
    groups: Sequence[object] | np.ndarray | None = None,
) -> BehaviourTable:
    """Predict many targets from edges, with repeated cross-validation over subjects.

    With confounds, every score is of the adjusted target, also in the tested subjects;
    coefficients come from the fold's training subjects. R² is 1 − SSE/SST, pooled over
    folds, with SST around the mean of all subjects. r is pooled over folds too.

    Parameters
    ----------
    features
        One row per subject, as `edge_features` lays them out.
    targets
        One row per subject, one column per target; NaN where missing. Targets that the same
        subjects lack share folds, shuffles and decompositions; all share one kernel.
    model
        A model such as ``KernelRidge()`` or ``Cpm(threshold=0.05)``, or a name for its
        default settings: ``"kernel_ridge"``, ``"cpm"``, ``"linear_sgd"``, or
        ``"least_squares"`` for few features, such as null models.
    cross_validation
        Folds, repeats, permutations; `CrossValidation()` if None.
    confounds
        Regressed out inside the fold; subjects with a missing confound must have no targets.
    groups
        Family of each subject; families stay together in folds, shuffles and resamples.

    Raises
    ------
    ParameterError
        If features, targets and confounds differ in subjects, or the model isn't known.

    Notes
    -----
    p is the share of shuffles, the true order included, whose mean r over repeats
    reaches the observed one; for kernel ridge both use penalties chosen by generalised
    cross-validation (`SpectralRidge`). A shuffle permutes the residuals of the target on
    the confounds (Freedman & Lane 1983) and then repeats every step: adjustment in the fold,
    choice of penalty or edges, prediction.
    """
    cross_validation = cross_validation or CrossValidation()
    model = as_model(model)
    rows = {"features": len(features), "targets": len(targets)}
    if confounds is not None:
        rows["confounds"] = len(confounds.values)
    if len(set(rows.values())) > 1:
        counted = ", ".join(f"{n} of {name}" for name, n in rows.items())
        raise ParameterError(f"each must have a row per subject; got rows: {counted}")
    unusable: dict[str, str] = {}
    kernel = edge_kernel(features) if model.reads_kernel else None
    parts: list[tuple[list[pd.DataFrame], ...]] = []
    for kept, names in target_patterns(targets, unusable, confounds):
        try:
            require_finite("features", features[kept])
            cohort = KeptSubjects(
                features[kept].astype(np.float64, copy=False),
                targets.loc[kept, names].to_numpy(dtype=np.float64),
                None if confounds is None else confounds.of(kept),
                None if groups is None else np.asarray(groups, dtype=object)[kept],
                None if kernel is None else kernel[np.ix_(kept, kept)],
            )
            prediction = predict_repeatedly(cohort, model, cross_validation)
            variance = jackknifed_variance(cohort, model, cross_validation)
            if not model.selects_edges:  # Fisher's variance of r holds
                variance = replace(variance, r=np.zeros(len(names)))
        except ParameterError as error:  # such as fewer subjects than folds
            unusable |= dict.fromkeys(names, str(error))
            continue
        subjects = targets.index[kept]
        parts.append(_tables(prediction, variance, cohort, names, subjects, cross_validation))
    joined = [
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        for frames in ([frame for part in parts for frame in part[n]] for n in range(4))
    ]
    scores, repeats, folds, predictions = joined
    if len(scores):
        order = [name for name in targets.columns if name not in unusable]
        scores = scores.set_index("target").loc[order].reset_index()
    return BehaviourTable(scores, repeats, folds, predictions, unusable)


def target_patterns(
    targets: pd.DataFrame, unusable: dict[str, str], confounds: Confounds | None
) -> Iterator[tuple[Bool[np.ndarray, " subject"], list[str]]]:
    """Yield masks of subjects, each with all targets that exactly these subjects have.

    Targets that can't be predicted are entered into `unusable`, with the reason.
    """
    together: dict[bytes, list[str]] = {}
    for name in targets.columns:
        values = targets[name].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if np.isinf(values).any():
            unusable[name] = "every value of a target must be finite; some are infinite"
        elif not known.any() or np.ptp(values[known]) == 0:
            unusable[name] = (
                f"a target must differ between subjects; {np.count_nonzero(known)} subjects have it"
                f"{', all with the same value' if known.any() else ''}"
            )
        elif problem := date_problem(targets[name]):
            unusable[name] = f"a target must be a quantity; {problem}"
        elif confounds is not None and explain_all(confounds.of(known), values[known]):
            unusable[name] = (
                "confounds must leave something of a target to be predicted; they explain all of it"
            )
        else:
            together.setdefault(known.tobytes(), []).append(name)
    for pattern, names in together.items():
        yield np.frombuffer(pattern, dtype=bool), names


def _tables(
    prediction: Predicted,
    variance: CohortVariance,
    cohort: KeptSubjects,
    names: Sequence[str],
    subjects: pd.Index,
    plan: CrossValidation,
) -> tuple[list[pd.DataFrame], ...]:
    scores, repeats, folds, predictions = [], [], [], []
    for place, name in enumerate(names):
        predicted, truth = prediction.predictions[:, :, place], prediction.truth[:, :, place]
        metrics = pd.DataFrame([_metrics(p, t) for p, t in zip(predicted, truth, strict=True)])
        low, high = interval_of_r(
            metrics["r"].to_numpy(), len(subjects), cohort.groups, float(variance.r[place])
        )
        r2_low, r2_high = interval_of_r2(
            metrics["r2"].to_numpy(), len(subjects), cohort.groups, float(variance.r2[place])
        )
        means = dict(metrics.mean(skipna=False)) | {
            "lower": low,
            "upper": high,
            "r2_lower": r2_low,
            "r2_upper": r2_high,
            "p": prediction.p[place],
        }
        scores.append(pd.DataFrame([{"target": name, **means, "subjects": len(subjects)}]))
        repeats.append(metrics.assign(target=name, repeat=range(plan.repeats)))
        for repeat, fold in enumerate(prediction.fold):
            errors = _fold_errors(predicted[repeat], truth[repeat], fold)
            folds.append(errors.assign(target=name, repeat=repeat))
            columns = {"fold": fold, "predicted": predicted[repeat], "measured": truth[repeat]}
            whose = {"target": name, "repeat": repeat, "subject": subjects}
            predictions.append(pd.DataFrame({**whose, **columns}))
    return scores, repeats, folds, predictions


def _metrics(predicted: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    return {
        "r": float(correlations(predicted[:, None], truth[:, None])[0]),
        "r2": float(r2_score(truth, predicted)),
        "mse": float(mean_squared_error(truth, predicted)),
        "mae": float(mean_absolute_error(truth, predicted)),
    }


def _fold_errors(predicted: np.ndarray, truth: np.ndarray, fold: np.ndarray) -> pd.DataFrame:
    squared = (predicted - truth) ** 2 / truth.var()
    tested = np.bincount(fold)
    return pd.DataFrame(
        {
            "fold": range(len(tested)),
            "error": np.bincount(fold, squared) / tested,
            "tested": tested,
            "trained": len(fold) - tested,
        }
    )
