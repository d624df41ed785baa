"""The penalty that identifies best, chosen on other subjects than those it is judged on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore, fingerprint

__all__ = ["CrossFittedIdentification", "cross_fitted_identification"]

Stack = Float[np.ndarray, "subject target source"]
_FEWEST = 3  # subjects: of two, one is left to choose on


@dataclass(frozen=True, eq=False)
class CrossFittedIdentification:
    """Who is identified, each at the penalty that identifies the others best.

    Attributes
    ----------
    penalties
        Of each subject, the one that the others chose.
    hits
        Of each subject, the share of both directions in which it is identified at it.
    margin
        Of each subject, its similarity to itself less that to its best impostor.
    """

    penalties: Float[np.ndarray, " subject"]
    hits: Float[np.ndarray, " subject"]
    margin: Float[np.ndarray, " subject"]

    @property
    def accuracy(self) -> float:
        """Share of subjects identified, mean of both directions."""
        return float(self.hits.mean())


def cross_fitted_identification(
    matrices: Mapping[float, tuple[Stack, Stack]], **options: Any
) -> CrossFittedIdentification:
    """Identify each subject at the penalty that identifies all other subjects best.

    Parameters
    ----------
    matrices
        Penalty → test and retest matrices of the same subjects, in the same order.
    options
        Of `fingerprint`.

    Raises
    ------
    ParameterError
        If there is no penalty or there are fewer than 3 subjects.

    Notes
    -----
    A penalty is better if it identifies more of the others, then by `FingerprintScore.auc`,
    then by their mean margin over its deviation: margins as they are grow with the penalty.
    The first of equals is taken. Nothing of a subject, its edges' share in the
    edgewise scaling included, has a part in its own penalty.

    The impostors are read at that penalty, too. Were every subject read at its own, two
    scans of a subject would share a penalty that others don't have, and be recognised by
    it: noise would be identified. That is also why a study, whose matrices are compared
    as they are stored, must not store each at its subject's own penalty.
    """
    if not matrices:
        raise ParameterError("choosing a penalty needs at least one to try; got none")
    n = len(next(iter(matrices.values()))[0])
    if n < _FEWEST:
        raise ParameterError(f"a penalty is chosen on at least 2 other subjects; got {n} in all")
    options = {**options, "permutations": 0}
    whole = {penalty: fingerprint(*pair, **options) for penalty, pair in matrices.items()}
    penalties, hits, margin = np.empty((3, n))
    for subject in range(n):
        worth = {
            penalty: _worth(_without(pair, subject, options)) for penalty, pair in matrices.items()
        }
        penalties[subject] = max(worth, key=worth.__getitem__)
        own = whole[penalties[subject]]
        hits[subject], margin[subject] = own.hits[subject], own.margin[subject]
    return CrossFittedIdentification(penalties, hits, margin)


def _without(
    pair: tuple[Stack, Stack], subject: int, options: Mapping[str, Any]
) -> FingerprintScore:
    test, retest = (np.delete(each, subject, axis=0) for each in pair)
    return fingerprint(test, retest, **options)


def _worth(score: FingerprintScore) -> tuple[float, float, float]:
    spread = float(score.margin.std())
    steady = float(score.margin.mean()) / spread if spread > 0 else 0.0
    return float(score.hits.mean()), score.auc, steady
