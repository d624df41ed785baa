"""Folds: who is predicted by a model that never saw them, nor their family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.model_selection import GroupKFold, KFold

from attnconn_core.errors import ParameterError

__all__ = ["CrossValidated", "assign_folds", "group_numbers", "inner_folds"]

_INNER_FOLDS = 5


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """What a model said of subjects it hadn't seen, for many targets at once.

    Attributes
    ----------
    predictions
        In the targets' units.
    weights
        Linear weight of every edge, mean over folds; units are the model's.
    chosen
        What each fold chose on the way, such as ``"penalty"``: (fold, target).
    """

    predictions: Float[np.ndarray, "subject target"]
    weights: Float[np.ndarray, "edge target"]
    chosen: Mapping[str, np.ndarray]


def assign_folds(
    n_subjects: int, folds: int, seed: int, groups: Sequence[object] | np.ndarray | None = None
) -> Int[np.ndarray, " subject"]:
    """Give every subject the number of the fold that tests it.

    Without groups these are scikit-learn's ``KFold(folds, shuffle=True,
    random_state=seed)``, as in the reference; with groups its shuffled `GroupKFold`,
    which keeps every group in one fold.

    Raises
    ------
    ParameterError
        If there are fewer than 2 folds or more than subjects or groups, or a subject
        has no group.
    """
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
    """Divide every fold's training subjects again, families together, to choose among.

    Returns
    -------
    inner
        Five folds, or as many as there are subjects or families to train on; -1 for
        those whom the fold tests.
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
    """Number the groups in the order in which they come.

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
