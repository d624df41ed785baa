"""The penalty that identifies best, chosen on other subjects than those it is scored on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.checks import require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore, fingerprint

__all__ = [
    "FEWEST_TO_CHOOSE",
    "FOLDS",
    "AtPenalty",
    "CrossFittedIdentification",
    "chosen_on_others",
    "cross_fitted_identification",
    "folds_of",
    "identified_at",
]

Stack = Float[np.ndarray, "subject target source"]
#: Fewest subjects: two others are needed to choose the penalty of one.
FEWEST_TO_CHOOSE = 3

#: In a larger cohort, a tenth of the subjects is scored at the penalty of the other nine tenths.
FOLDS = 10


@dataclass(frozen=True, eq=False)
class AtPenalty:
    """Identification at one penalty, of all subjects and without each fold.

    Attributes
    ----------
    hits, margin
        For each subject, as in `CrossFittedIdentification`.
    worth
        For each fold, the criteria by which penalties are chosen: the share of the subjects
        outside it that are identified among themselves, then `FingerprintScore.auc`, then
        their mean margin divided by its deviation.
    """

    hits: Float[np.ndarray, " subject"]
    margin: Float[np.ndarray, " subject"]
    worth: Float[np.ndarray, "fold 3"]


@dataclass(frozen=True, eq=False)
class CrossFittedIdentification:
    """Identification of each subject at the penalty that identifies the others best.

    Attributes
    ----------
    penalties
        For each subject, the penalty chosen on the others.
    hits
        For each subject, the share of the two directions in which it is identified there.
    margin
        For each subject, its same-subject similarity minus that to its best impostor.
    """

    penalties: Float[np.ndarray, " subject"]
    hits: Float[np.ndarray, " subject"]
    margin: Float[np.ndarray, " subject"]

    @property
    def accuracy(self) -> float:
        """Share of subjects identified, mean of both directions."""
        return float(self.hits.mean())


def cross_fitted_identification(
    matrices: Mapping[float, tuple[Stack, Stack]], *, folds: int = FOLDS, **options: Any
) -> CrossFittedIdentification:
    """Identify each subject at the penalty that identifies all others best.

    Parameters
    ----------
    matrices
        Penalty → test and retest matrices of the same subjects, in the same order.
    folds
        Number of folds. The penalty of a fold is chosen on the other subjects; with at most
        this many subjects, each subject is a fold.
    options
        Options of `fingerprint`.

    Raises
    ------
    ParameterError
        If there is no penalty, there are fewer than 2 folds, or fewer than 3 subjects.

    Notes
    -----
    A penalty is better if it identifies more of the others, then by `FingerprintScore.auc`,
    then by their mean margin divided by its deviation, since raw margins grow with the penalty.
    Of equal penalties the first is taken. A subject's own data, including its share in the
    edgewise scaling, have no influence on its penalty.

    The impostors are read at the same penalty as the subject. If each subject were read at its
    own, its two scans would share a penalty that others don't have, and would be identified by
    the penalty even from noise. For the same reason a study must not store each matrix at its
    subject's own penalty, since stored matrices are compared directly.
    """
    if not matrices:
        raise ParameterError("choosing a penalty needs at least one to try; got none")
    dealt = folds_of(len(next(iter(matrices.values()))[0]), folds)
    by_penalty = {
        penalty: identified_at(*pair, dealt, **options) for penalty, pair in matrices.items()
    }
    return chosen_on_others(by_penalty, dealt)


def folds_of(subjects: int, folds: int = FOLDS) -> Int[np.ndarray, " subject"]:
    """Return the fold of each subject, assigned in turn.

    Raises
    ------
    ParameterError
        If there are fewer than 2 folds, or fewer than 3 subjects.
    """
    require_whole("folds", folds, 2)
    if subjects < FEWEST_TO_CHOOSE:
        raise ParameterError(
            f"a penalty is chosen on at least 2 other subjects; got {subjects} in all"
        )
    return np.arange(subjects) % folds


def identified_at(
    test: Stack, retest: Stack, folds: Int[np.ndarray, " subject"], **options: Any
) -> AtPenalty:
    """Identify subjects at one penalty: all subjects, then those outside each fold.

    Parameters
    ----------
    test, retest
        Matrices of the same subjects, in the same order.
    folds
        Folds from `folds_of`.
    options
        Options of `fingerprint`.
    """
    options = {**options, "permutations": 0}
    score = fingerprint(test, retest, **options)
    outside = (folds != fold for fold in np.unique(folds))
    worth = [_worth(fingerprint(test[kept], retest[kept], **options)) for kept in outside]
    return AtPenalty(score.hits, score.margin, np.array(worth))


def chosen_on_others(
    by_penalty: Mapping[float, AtPenalty], folds: Int[np.ndarray, " subject"]
) -> CrossFittedIdentification:
    """Choose each fold's penalty, see `cross_fitted_identification`.

    Parameters
    ----------
    by_penalty
        Penalty → identification at that penalty.
    folds
        The folds that `by_penalty` was computed with.
    """
    best = {
        fold: max(by_penalty, key=lambda penalty: tuple(by_penalty[penalty].worth[place]))
        for place, fold in enumerate(np.unique(folds))
    }
    penalties = [best[fold] for fold in folds]
    chosen = [by_penalty[penalty] for penalty in penalties]
    return CrossFittedIdentification(
        np.array(penalties),
        np.array([at_penalty.hits[subject] for subject, at_penalty in enumerate(chosen)]),
        np.array([at_penalty.margin[subject] for subject, at_penalty in enumerate(chosen)]),
    )


def _worth(score: FingerprintScore) -> tuple[float, float, float]:
    spread = float(score.margin.std())
    steady = float(score.margin.mean()) / spread if spread > 0 else 0.0
    return float(score.hits.mean()), score.auc, steady
