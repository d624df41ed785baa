"""Swapped sessions: two subjects who identify each other where others identify themselves."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.scoring.fingerprint.fingerprint import only_best

__all__ = ["swap_notes", "swapped_pairs"]

# A method can tell of a swap if it identifies this share of at least so many others.
_IDENTIFIED, _OTHERS = 0.8, 4

_Similarity = Float[np.ndarray, "subject subject"]
_Nearest = Int[np.ndarray, "2 subject"]


def swapped_pairs(
    similarities: Mapping[str, _Similarity], pools: Int[np.ndarray, " subject"]
) -> dict[tuple[int, int], list[str]]:
    """Find the pairs of subjects whose scans look as if they were swapped.

    A method can tell if it identifies 80 percent of the others of a pool (in both directions,
    those left out whom it takes for swapped itself), and there are 4 of them or more. All
    such methods must agree that either subject's test is most like the other's retest, and
    either's retest like the other's test.

    Parameters
    ----------
    similarities
        Method → [i, j]: test_i with retest_j, as `FingerprintScore.similarity_matrix`.
    pools
        A number a subject: subjects are compared within their pool only.

    Returns
    -------
    Places of two subjects → the methods by which they are swapped.
    """
    found: dict[tuple[int, int], list[str]] = {}
    able: dict[int, list[str]] = {}
    for method, similarity in similarities.items():
        nearest = _nearest(similarity)
        for pool in np.unique(pools).tolist():
            crossed = _crossed(nearest, pools == pool)
            others = (pools == pool) & ~np.isin(np.arange(len(pools)), crossed)
            if others.sum() >= _OTHERS and _identified(nearest, others) >= _IDENTIFIED:
                able.setdefault(pool, []).append(method)
                for pair in crossed:
                    found.setdefault(pair, []).append(method)
    return {
        pair: methods
        for pair, methods in sorted(found.items())
        if methods == able[int(pools[pair[0]])]
    }


def swap_notes(
    similarities: Mapping[str, _Similarity],
    pools: Int[np.ndarray, " subject"],
    subjects: Sequence[str],
) -> tuple[str, ...]:
    """Say whose sessions may be swapped; see `swapped_pairs`."""
    return tuple(
        f"the retest of {subjects[one]} resembles the test of {subjects[other]}, and the retest of "
        f"{subjects[other]} the test of {subjects[one]}, by {len(methods)} of {len(similarities)} "
        f"methods ({'the one that identifies' if len(methods) == 1 else 'all that identify'} the "
        "other subjects): were two sessions swapped?"
        for (one, other), methods in swapped_pairs(similarities, pools).items()
    )


def _nearest(similarity: _Similarity) -> _Nearest:
    """Return the most similar retest of every test, and the most similar test of every retest."""
    candidates = np.where(np.isnan(similarity), -np.inf, similarity)
    return np.stack([only_best(candidates), only_best(candidates.T)])


def _crossed(nearest: _Nearest, within: Bool[np.ndarray, " subject"]) -> list[tuple[int, int]]:
    """List the pairs of a pool whose tests and retests are each nearest to the other's."""
    places = np.flatnonzero(within).tolist()
    return [
        (one, other)
        for one in places
        if (other := int(nearest[0, one])) > one
        and (nearest[:, one] == other).all()
        and (nearest[:, other] == one).all()
    ]


def _identified(nearest: _Nearest, others: Bool[np.ndarray, " subject"]) -> float:
    """Return the share of subjects that are identified, mean of both directions."""
    return float((nearest == np.arange(nearest.shape[1]))[:, others].mean())
