"""Folds: subjects, with their families, are predicted by models that never saw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.model_selection import GroupKFold, KFold

from attnconn_core.checks import require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.records.short_repr import ShortRepr

__all__ = ["CrossValidated", "assign_folds", "group_numbers", "inner_folds"]

_INNER_FOLDS = 5


@dataclass(frozen=True, eq=False, repr=False)
class CrossValidated(ShortRepr):
    """Cross-validated predictions of many targets at once.

    Attributes
    ----------
    predictions
        Predictions for held-out subjects, in the targets' units.
    weights
        Linear weight of every edge, mean over folds; units are the model's.
    chosen
        What each fold chose, such as ``"penalty"``: (fold, target).
    """

    predictions: Float[np.ndarray, "subject target"]
    weights: Float[np.ndarray, "edge target"]
    chosen: Mapping[str, np.ndarray]


def assign_folds(
    n_subjects: int, folds: int, seed: int, groups: Sequence[object] | np.ndarray | None = None
) -> Int[np.ndarray, " subject"]:
    """Return the number of the fold that tests each subject.

    Without groups these are scikit-learn's ``KFold(folds, shuffle=True,
    random_state=seed)``, as in the original study; with groups its shuffled `GroupKFold`,
    which keeps every group in one fold.

    Raises
    ------
    ParameterError
        If there are fewer than 2 folds, more folds than subjects or groups, or a subject
        has no group.
    """
    require_whole("folds", folds, 0)
    if groups is None:
        many, of_what = n_subjects, "subjects"
        splitter = KFold(folds, shuffle=True, random_state=seed) if folds > 1 else None
        labels = None
    else:
        labels = group_numbers(groups, n_subjects)
        many, of_what = len(np.unique(labels)), "groups"
        splitter = GroupKFold(folds, shuffle=True, random_state=seed) if folds > 1 else None
    if splitter is None or folds > many:
        raise ParameterError(
            f"folds must be 2 or more, and no more than the {many} {of_what}; got {folds}"
        )
    fold = np.empty(n_subjects, dtype=np.int64)
    for number, (_, tested) in enumerate(splitter.split(np.zeros((n_subjects, 1)), groups=labels)):
        fold[tested] = number
    return fold


def inner_folds(
    fold: Int[np.ndarray, " subject"],
    seed: int,
    groups: Sequence[object] | np.ndarray | None = None,
) -> Int[np.ndarray, "fold subject"]:
    """Divide every fold's training subjects into inner folds, families together.

    Returns
    -------
    inner
        Number of each training subject's inner fold: five, or as many as there are training
        subjects or families; -1 for subjects that the fold tests.
    """
    inner = np.full((int(fold.max()) + 1, len(fold)), -1, dtype=np.int64)
    for number, row in enumerate(inner):
        train = fold != number
        families = None
        if groups is not None:
            families = [label for label, trains in zip(groups, train, strict=True) if trains]
        many = int(train.sum()) if families is None else len(set(families))
        row[train] = assign_folds(int(train.sum()), min(_INNER_FOLDS, many), seed, families)
    return inner


def group_numbers(
    groups: Sequence[object] | np.ndarray, n_subjects: int
) -> Int[np.ndarray, " subject"]:
    """Return the number of each subject's group, in the order in which groups first occur.

    Raises
    ------
    ParameterError
        If there isn't one group for each subject.
    """
    if len(groups) != n_subjects:
        raise ParameterError(
            f"groups must name one group for each of {n_subjects} subjects; got {len(groups)}"
        )
    # NaN is the only label that differs from itself.
    missing = [index for index, label in enumerate(groups) if label is None or label != label]
    if missing:
        raise ParameterError(
            f"every subject needs a group; {len(missing)} have none, "
            f"the first at index {missing[0]}"
        )
    numbers: dict[object, int] = {}
    return np.asarray([numbers.setdefault(label, len(numbers)) for label in groups], np.int64)
