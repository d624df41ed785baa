"""Confounds: variables that may predict a target without the brain, removed in every fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.categories import spelled_twice
from attnconn_core.scoring.edges.features import column_scale
from attnconn_core.sources import date_problem, missing_code

__all__ = [
    "Confounds",
    "adjusted_truth",
    "confound_columns",
    "explain_all",
    "share_left",
]

# Share of a target's variance; a remainder below it is rounding.
_NOTHING_LEFT = 1e-12
# A column whose share of the largest singular value is smaller repeats the others.
_RANK = 1e-10


@dataclass(frozen=True, eq=False)
class Confounds:
    """Columns to regress out, with coefficients fitted to the training subjects alone.

    Each subject is adjusted to the mean of all subjects' confounds, which is the same
    reference in all folds. If each fold used its own mean, the adjusted target would shift
    from fold to fold with the confounds of the held-out subjects, and so would every prediction.
    A target that is nearly a copy of a confound would then seem predictable from any features.

    Attributes
    ----------
    values
        One row per subject, finite values; see `confound_columns`.
    from_features
        Whether confounds are removed from the edges too, not only from the target.
    """

    values: Float[np.ndarray, "subject confound"]
    from_features: bool = False

    def __post_init__(self) -> None:
        if not np.isfinite(self.values).all():
            raise ParameterError(
                "confounds must be finite; "
                f"{np.count_nonzero(~np.isfinite(self.values).all(axis=1))} subject(s) have others"
            )

    def of(self, kept: Bool[np.ndarray, " subject"]) -> "Confounds":
        """Return the confounds of the subjects kept."""
        return Confounds(self.values[kept], self.from_features)

    def fitted(
        self, train: Bool[np.ndarray, " subject"]
    ) -> tuple[Float[np.ndarray, "subject confound"], Float[np.ndarray, "confound train"]]:
        """Return confounds centred on the mean of all, and the matrix that fits slopes to them.

        Both are in standard deviations of the training part.
        """
        mean, std = column_scale(self.values[train])
        slopes = np.linalg.pinv((self.values[train] - mean) / std, rcond=_RANK)
        return (self.values - self.values.mean(axis=0)) / std, slopes

    def adjust(
        self,
        features: Float[np.ndarray, "subject edge"],
        targets: Float[np.ndarray, "subject target"],
        train: Bool[np.ndarray, " subject"],
    ) -> tuple[Float[np.ndarray, "subject edge"], Float[np.ndarray, "subject target"]]:
        """Remove what confounds explain in the training subjects; means stay."""
        scaled, inverse = self.fitted(train)
        if self.from_features:
            features = features - scaled @ (inverse @ features[train])
        return features, targets - scaled @ (inverse @ targets[train])


def adjusted_truth(
    targets: Float[np.ndarray, "subject target"],
    fold: Int[np.ndarray, " subject"],
    confounds: Confounds | None,
) -> Float[np.ndarray, "subject target"]:
    """Return each subject's target as adjusted by the fold that tests it."""
    if confounds is None:
        return targets
    truth = np.empty_like(targets)
    for number in range(int(fold.max()) + 1):
        train, tested = fold != number, fold == number
        scaled, inverse = confounds.fitted(train)
        coefficients = (inverse @ targets[train]).astype(targets.dtype)
        truth[tested] = targets[tested] - scaled[tested].astype(targets.dtype) @ coefficients
    return truth


def explain_all(confounds: Confounds, target: Float[np.ndarray, " subject"]) -> bool:
    """Return whether confounds explain all of a target, so that nothing is left to predict.

    Examples
    --------
    >>> age = np.arange(5.0)
    >>> explain_all(Confounds(age[:, None]), 2 * age + 1)
    True
    """
    return share_left(confounds, target) <= _NOTHING_LEFT


def share_left(confounds: Confounds, target: Float[np.ndarray, " subject"]) -> float:
    """Return the share of a target's variance that confounds do not explain."""
    everyone = np.ones(len(target), dtype=bool)
    scaled, inverse = confounds.fitted(everyone)
    centred = target - target.mean()
    left = centred - scaled @ (inverse @ centred)
    return float(left @ left / (centred @ centred))


def confound_columns(
    table: pd.DataFrame, names: Sequence[str], categories: Sequence[str] = ()
) -> pd.DataFrame:
    """Return confounds as numbers, with one column per category of words except the first.

    A row with a missing confound is NaN throughout: that subject can't be adjusted.

    Parameters
    ----------
    table
        One row per subject.
    names
        Names of its columns.
    categories
        Names of columns whose numbers stand for categories.

    Raises
    ------
    ParameterError
        If the table lacks a column, or a column holds dates, a code such as -999, words beside
        numbers, one category in two spellings, or so many categories that they identify
        subjects.
    """
    missing = [name for name in names if name not in table]
    if missing:
        raise ParameterError(
            f"confounds must be columns of the phenotype table; missing: {', '.join(missing)}"
        )
    chosen = table[list(names)].copy()
    for name in names:
        if problem := date_problem(chosen[name]):
            raise ParameterError(f"confound {name} must be a quantity or a category; {problem}")
        if pd.api.types.is_numeric_dtype(chosen[name]) and (problem := missing_code(chosen[name])):
            raise ParameterError(f"confound {name} holds {problem}: leave such cells empty")
    for name in categories:
        if pd.api.types.is_numeric_dtype(chosen[name]):
            chosen[name] = chosen[name].map("category {:g}".format, na_action="ignore")
    words = [name for name in names if not pd.api.types.is_numeric_dtype(chosen[name])]
    for name in words:
        _require_categories(chosen[name])
    coded = pd.get_dummies(chosen, columns=words, drop_first=True, dtype=float).astype(float)
    return coded.where(chosen.notna().all(axis=1), np.nan)


def _require_categories(column: pd.Series) -> None:
    """Require words throughout, and few enough categories: one word among numbers is an error."""
    values = column.dropna().astype(str)
    for written in spelled_twice(values):
        raise ParameterError(
            f"confound {column.name} must write a category in one way; it has "
            f"{' and '.join(map(repr, written))}: write one of them throughout"
        )
    words = values[pd.to_numeric(values, errors="coerce").isna()]
    if 0 < len(words) < len(values):
        raise ParameterError(
            f"confound {column.name} must hold numbers alone or words alone; it has "
            f"{words.iloc[0]!r} (subject {words.index[0]}) beside numbers: empty the cell, or "
            "say in the study's coding which number the word stands for"
        )
    categories = values.nunique()
    if categories > max(3, len(values) // 2):
        raise ParameterError(
            f"confound {column.name} must have at most one category for 2 subjects; it has "
            f"{categories} of {len(values)} subjects, and would explain whatever is predicted"
        )
