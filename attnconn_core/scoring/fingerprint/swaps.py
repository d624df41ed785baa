"""Swapped sessions: a ring of subjects whose test resembles another subject's retest."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.scoring.fingerprint.fingerprint import only_best
from attnconn_core.wording import few_and_more

__all__ = ["swap_notes", "swapped_subjects"]

# A method can detect a swap if it identifies this share of at least so many others, ...
_IDENTIFIED, _OTHERS = 0.8, 4
# ... or, with fewer others, if all subjects of a pool of this size are matched or in rings.
_LARGE_POOL = 8
_SHOWN = 5

_Similarity = Float[np.ndarray, "subject subject"]
_Nearest = Int[np.ndarray, "2 subject"]


def swapped_subjects(
    similarities: Mapping[str, _Similarity], pools: Int[np.ndarray, " subject"]
) -> dict[tuple[int, ...], list[str]]:
    """Return the subjects whose scans seem to be swapped: two, or more in a ring.

    In a ring, each subject's test is most similar to the next one's retest, and that retest to
    this test. A ring is reported if all methods that can detect a swap find it. A method can
    detect a swap in a pool in either of two cases:

    - at least 4 subjects of the pool are in no ring, and it identifies 80 percent of these in
      both directions;
    - the pool has 8 or more subjects, and each is identified or in a ring, as when the sessions
      of all subjects were shifted by one.

    Parameters
    ----------
    similarities
        Method → [i, j]: similarity of test_i and retest_j, `FingerprintScore.similarity_matrix`.
    pools
        Number of each subject's pool: subjects are compared within pools only.

    Returns
    -------
    Indices of the subjects of a ring, in order → the methods by which they are swapped.
    """
    by_ring: dict[tuple[int, ...], list[str]] = {}
    able: dict[int, list[str]] = {}
    for method, similarity in similarities.items():
        nearest = _nearest(similarity)
        for pool_number in np.unique(pools).tolist():
            rings = _rings(nearest, pools == pool_number)
            if _can_tell(
                nearest, pools == pool_number, [place for ring in rings for place in ring]
            ):
                able.setdefault(pool_number, []).append(method)
                for ring in rings:
                    by_ring.setdefault(ring, []).append(method)
    return {
        ring: methods
        for ring, methods in sorted(by_ring.items())
        if methods == able[int(pools[ring[0]])]
    }


def swap_notes(
    similarities: Mapping[str, _Similarity],
    pools: Int[np.ndarray, " subject"],
    subjects: Sequence[str],
) -> tuple[str, ...]:
    """Return notes on subjects whose sessions may be swapped; see `swapped_subjects`."""
    return tuple(
        f"{_in_words([subjects[place] for place in ring])}, by {len(methods)} of "
        f"{len(similarities)} methods ("
        f"{'the one that identifies' if len(methods) == 1 else 'all that identify'} the other "
        f"subjects): were {'two' if len(ring) == 2 else len(ring)} sessions swapped"
        f"{', or their names shifted' if len(ring) > 2 else ''}?"
        for ring, methods in swapped_subjects(similarities, pools).items()
    )


def _in_words(ring: Sequence[str]) -> str:
    if len(ring) == 2:
        one, other = ring
        return (
            f"the retest of {one} resembles the test of {other}, and the retest of {other} the "
            f"test of {one}"
        )
    pairs = [f"{test} → {retest}" for test, retest in zip(ring, [*ring[1:], ring[0]], strict=True)]
    return f"tests resemble other subjects' retests in a ring, {few_and_more(pairs, _SHOWN)}"


def _nearest(similarity: _Similarity) -> _Nearest:
    """Return the most similar retest of every test, and the most similar test of every retest."""
    candidates = np.where(np.isnan(similarity), -np.inf, similarity)
    return np.stack([only_best(candidates), only_best(candidates.T)])


def _rings(nearest: _Nearest, within: Bool[np.ndarray, " subject"]) -> list[tuple[int, ...]]:
    """Return the rings within a pool, each once, starting with its first subject."""
    rings = []
    for first in np.flatnonzero(within).tolist():
        ring = [first]
        while _is_mutual(nearest, ring[-1]) and (after := int(nearest[0, ring[-1]])) > first:
            ring.append(after)
        closes = _is_mutual(nearest, ring[-1]) and int(nearest[0, ring[-1]]) == first
        if closes and len(ring) > 1:
            rings.append(tuple(ring))
    return rings


def _is_mutual(nearest: _Nearest, place: int) -> bool:
    """Return whether a test and its most similar retest are most similar to each other."""
    retest = int(nearest[0, place])
    return retest >= 0 and int(nearest[1, retest]) == place


def _can_tell(nearest: _Nearest, within: Bool[np.ndarray, " subject"], ringed: list[int]) -> bool:
    """Return whether a method identifies the subjects of a pool that it doesn't find in rings."""
    others = within & ~np.isin(np.arange(len(within)), ringed)
    if others.sum() >= _OTHERS:
        return _identified(nearest, others) >= _IDENTIFIED
    everybody = not others.any() or _identified(nearest, others) == 1
    return bool(within.sum() >= _LARGE_POOL and everybody)


def _identified(nearest: _Nearest, others: Bool[np.ndarray, " subject"]) -> float:
    """Return the share of subjects that are identified, mean of both directions."""
    return float((nearest == np.arange(nearest.shape[1]))[:, others].mean())
