"""Time fingerprint scores and edge importance against a loop over pairs of scans."""

import functools

import numpy as np
from scipy.stats import pearsonr
from sklearn.metrics import mutual_info_score

from attnconn_core.scoring import FingerprintScore, edge_importance, fingerprint
from benchmarks.measure import Measured, best_of, once, peak_bytes
from benchmarks.row import REGIONS, Row

__all__ = ["ROWS"]

_PAIRS = 45
_CASES = [
    (kind, normalise, comparison)
    for kind in ("pearson", "mutual_info")
    for normalise in ("none", "edgewise")
    for comparison in ("test_to_retest", "across_all_sessions")
]


def _normalised(
    test: np.ndarray, retest: np.ndarray, comparison: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return matrices with every edge z-scored over subjects."""

    def z(part: np.ndarray, scans: np.ndarray) -> np.ndarray:
        deviation = scans.std(axis=0)
        return (part - scans.mean(axis=0)) / np.where(deviation == 0, 1, deviation)

    if comparison == "across_all_sessions":
        both = np.concatenate([test, retest])
        return z(test, both), z(retest, both)
    return z(test, test), z(retest, retest)


def _similarity(one: np.ndarray, other: np.ndarray, kind: str, bins: int = 10) -> float:
    """Return Pearson's correlation, or the mutual information of histograms."""
    if kind == "pearson":
        return float(pearsonr(one.ravel(), other.ravel()).statistic)
    joint = np.histogram2d(one.ravel(), other.ravel(), bins)[0]
    return float(mutual_info_score(None, None, contingency=joint))


def _scores_of(
    subject: int, test: np.ndarray, retest: np.ndarray, kind: str, comparison: str
) -> tuple[float, list[float]]:
    """Return a subject's similarity to itself, and its similarities to all others."""
    cross = []
    for other in range(len(test)):
        if other == subject:
            continue
        cross.append(_similarity(test[subject], retest[other], kind))
        cross.append(_similarity(retest[subject], test[other], kind))
        if comparison == "across_all_sessions":
            cross.append(_similarity(test[subject], test[other], kind))
            cross.append(_similarity(retest[subject], retest[other], kind))
    return _similarity(test[subject], retest[subject], kind), cross


def _importance_of(subject: int, test: np.ndarray, retest: np.ndarray) -> np.ndarray:
    """Return each edge's share of the same-subject correlation, minus its mean cross share."""

    def z(matrix: np.ndarray) -> np.ndarray:
        return (matrix.ravel() - matrix.mean()) / matrix.std()

    def share(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return z(one) * z(other) / one.size

    cross = [
        part
        for other in range(len(test))
        if other != subject
        for part in (share(test[subject], retest[other]), share(retest[subject], test[other]))
    ]
    return share(test[subject], retest[subject]) - np.mean(cross, axis=0)


@functools.cache
def _matrices() -> tuple[np.ndarray, np.ndarray]:
    """Return random test and retest matrices with a common part per subject."""
    rng = np.random.default_rng(1)
    own = rng.normal(size=(_PAIRS, REGIONS, REGIONS))
    return own + rng.normal(size=own.shape), own + rng.normal(size=own.shape)


def _score(kind: str, normalise: str, comparison: str) -> FingerprintScore:
    options = {"normalise": normalise, "comparison": comparison, "edges": "all"}
    return fingerprint(*_matrices(), similarity=kind, permutations=0, **options)


def _scores() -> Measured:
    return Measured(best_of(lambda: [_score(*case) for case in _CASES], 7), peak_bytes())


def _plain_scores() -> Measured:
    seconds, few = 0.0, 2
    for kind, normalise, comparison in _CASES:
        scans = _matrices()
        if normalise == "edgewise":
            scans = _normalised(*scans, comparison)
        ours = _score(kind, normalise, comparison)
        for subject in range(few):
            took, (same, cross) = once(
                functools.partial(_scores_of, subject, *scans, kind, comparison)
            )
            np.testing.assert_allclose(ours.same_scores[subject], same, atol=1e-8)
            np.testing.assert_allclose(
                np.sort(ours.cross_scores[subject]), sorted(cross), atol=1e-8
            )
            seconds += took
    return Measured(seconds / few * _PAIRS, peak_bytes(), f"{few} of {_PAIRS} subjects")


def _importance() -> Measured:
    work = functools.partial(edge_importance, *_matrices(), normalise="none", edges="all")
    return Measured(best_of(work, 7), peak_bytes())


def _plain_importance() -> Measured:
    few = 3
    seconds, _ = once(lambda: [_importance_of(each, *_matrices()) for each in range(few)])
    return Measured(seconds / few * _PAIRS, peak_bytes(), f"{few} of {_PAIRS} subjects")


ROWS = {
    "fingerprint": Row(
        "all fingerprint scores",
        asked=200,
        ours=_scores,
        plain=_plain_scores,
        reason="the matrix products of Pearson's four cases, without histograms",
        operations=4 * 2 * 2.5 * _PAIRS**2 * REGIONS**2,
    ),
    "edge_importance": Row(
        "edge importance",
        asked=100,
        ours=_importance,
        plain=_plain_importance,
        reason="reading every matrix once",
        read=2 * _PAIRS * REGIONS**2 * 8,
    ),
}
