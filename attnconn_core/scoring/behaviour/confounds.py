"""Confounds: what may tell of a target without the brain, taken out inside every fold."""

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

# Of the variance of a target; what confounds leave below it is rounding.
_NOTHING_LEFT = 1e-12
# Below this share of the largest singular value, a column repeats the others.
_RANK = 1e-10


@dataclass(frozen=True, eq=False)
class Confounds:
    """Columns that are regressed out, with coefficients of the training subjects alone.

    What is left of a subject is what it would have at the mean of everybody's confounds: one
    reference for all folds. At each fold's own mean, what is to be predicted would move
    from fold to fold with the confounds of those left out, and so would every prediction:
    a target that is little but a confound would be predicted from noise.

    Attributes
    ----------
    values
        One row per subject, finite; see `confound_columns`.
    from_features
        Whether they are also taken out of the edges, not only out of the target.
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
        """Only some of the subjects."""
        return Confounds(self.values[kept], self.from_features)

    def fitted(
        self, train: Bool[np.ndarray, " subject"]
    ) -> tuple[Float[np.ndarray, "subject confound"], Float[np.ndarray, "confound train"]]:
        """Confounds about everybody's mean, and what gives the training part's slopes on them.

        Both are in deviations of the training part.
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
        """Take out what the training subjects' confounds explain; means stay."""
        scaled, inverse = self.fitted(train)
        if self.from_features:
            features = features - scaled @ (inverse @ features[train])
        return features, targets - scaled @ (inverse @ targets[train])


def adjusted_truth(
    targets: Float[np.ndarray, "subject target"],
    fold: Int[np.ndarray, " subject"],
    confounds: Confounds | None,
) -> Float[np.ndarray, "subject target"]:
    """What is to be predicted of every subject: adjusted by the fold that tests it."""
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
    """Whether confounds leave nothing of a target to be predicted.

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
    """Lay columns out as numbers: words become one column a category, but for the first.

    A row in which any of them is missing is NaN throughout: that subject can't be adjusted.

    Parameters
    ----------
    table
        A row per subject.
    names
        Of its columns.
    categories
        Those whose numbers are taken as words are.

    Raises
    ------
    ParameterError
        If the table lacks a column, or a column holds dates, a code such as -999, words beside
        numbers, one category in two spellings, or so many categories that they tell subjects
        apart.
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
    """Require words throughout, each of some subjects: one word makes no numbers categories."""
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
