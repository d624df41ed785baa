"""Fingerprint: identification of subjects by the similarity of their matrices."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations as permutations_of
from itertools import product
from typing import TypeVar

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.checks import require_choice, require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.records.short_repr import ShortRepr
from attnconn_core.scoring.edges.features import as_matrix_pair, is_symmetric, paired_features
from attnconn_core.scoring.fingerprint.histograms import BinnedScans, informations
from attnconn_core.scoring.fingerprint.similarity import correlations, unit_rows

__all__ = ["FingerprintScore", "fingerprint", "least_p", "only_best"]

Scans = TypeVar("Scans")


@dataclass(frozen=True, eq=False, repr=False)
class FingerprintScore(ShortRepr):
    """How well subjects are identified by the similarity of their matrices.

    Attributes
    ----------
    accuracy_strict
        Share of subjects whose same-subject score exceeds all of their cross scores, row
        and column at once: the original study's "identification accuracy".
    accuracy_test_to_retest, accuracy_retest_to_test
        Share of test scans whose most similar retest scan is of the same subject, and
        vice versa (Finn et al. 2015). A tie is a miss.
    cohens_d
        Difference between same-subject and cross scores, divided by the pooled deviation
        (ddof 1). It is descriptive and no test, since scores share scans.
    i_diff
        100 × (mean of the similarity matrix's diagonal − mean off it), Amico & Goñi 2018.
    p_value
        Share of pairings, the observed one included, whose mean accuracy of both directions
        exceeds the observed one, or equals it with pairs at least as similar; NaN without
        permutations. It is exact where there are no more pairings than `permutations`.
    mean_rank
        Mean rank of the same subject among all candidates, both directions; 1 is best,
        ties share their ranks.
    auc
        Probability that a same-subject score exceeds a cross score.
    hits
        For each subject, the share of the two directions in which it is identified.
    ranks
        For each subject, its rank as in `mean_rank`.
    margin
        For each subject, the same-subject score minus its highest cross score.
    same_scores
        Similarity of test_i and retest_i.
    cross_scores
        Scores of each subject with all others; NaN for subjects of different pools.
    similarity_matrix
        [i, j]: similarity of test_i and retest_j; NaN for subjects of different pools.
    """

    accuracy_strict: float
    accuracy_test_to_retest: float
    accuracy_retest_to_test: float
    cohens_d: float
    i_diff: float
    p_value: float
    mean_rank: float
    auc: float
    hits: Float[np.ndarray, " subject"]
    ranks: Float[np.ndarray, " subject"]
    margin: Float[np.ndarray, " subject"]
    same_scores: Float[np.ndarray, " subject"]
    cross_scores: Float[np.ndarray, "subject impostor"]
    similarity_matrix: Float[np.ndarray, "subject subject"]

    @property
    def i_diffs(self) -> Float[np.ndarray, " subject"]:
        """For each subject, 100 × (same-subject score − mean of both scans with others').

        Their mean is `i_diff` if all pools have the same size.
        """
        between = self.similarity_matrix.copy()
        np.fill_diagonal(between, np.nan)
        others: Float[np.ndarray, " subject"] = (
            np.nanmean(between, axis=1) + np.nanmean(between, axis=0)
        ) / 2
        differences: Float[np.ndarray, " subject"] = 100 * (self.same_scores - others)
        return differences


def fingerprint(
    test: Float[np.ndarray, "subject region region"] | Sequence[Connectivity],
    retest: Float[np.ndarray, "subject region region"] | Sequence[Connectivity],
    *,
    similarity: str = "pearson",
    normalise: str = "edgewise",
    comparison: str = "test_to_retest",
    edges: str = "off_diagonal",
    bins: int = 10,
    symmetric: bool | None = None,
    pools: Int[np.ndarray, "..."] | None = None,
    permutations: int = 1000,
    seed: int = 0,
) -> FingerprintScore:
    """Identify subjects by the similarity of their matrices.

    Parameters
    ----------
    test, retest
        Matrices of the same subjects, in the same order: arrays, or one record per subject.
    similarity
        ``"pearson"``, or ``"mutual_info"`` of histograms (nats).
    normalise
        ``"edgewise"`` z-scores every edge over subjects, for test and retest separately
        or, with comparison across all sessions, together; ``"none"``.
    comparison
        ``"test_to_retest"``: a subject's cross scores are test_i with every retest_j
        and retest_i with every test_j. ``"across_all_sessions"``: both scans of i with
        both of every j. Accuracies by direction, rank and `i_diff` are of test against
        retest in either case.
    edges
        ``"off_diagonal"`` (one half of symmetric matrices), or ``"all"`` entries as in
        the original study.
    bins
        Number of bins of the histograms.
    symmetric
        Whether the matrices are symmetric; None tests it.
    pools
        Number of each subject's pool: subjects are compared, and edges normalised, within
        pools only. Put matrices from different models into different pools: two scans read by
        one model are similar because of the model, and would identify the model instead of
        the subject.
    permutations
        Number of random pairings for `p_value`, within pools. If there are no more different
        ones, each is tried once.
    seed
        Seed of the pairings.

    Raises
    ------
    ParameterError
        If the matrices aren't two finite stacks of the same shape with at least two subjects
        per pool, records differ in method or regions, or an option isn't known.

    Examples
    --------
    >>> from attnconn_core.connectivity import Pearson
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=5, regions=20)
    >>> matrices = {
    ...     session.key: Pearson().estimate(source.load(session)) for session in source.sessions()
    ... }
    >>> test, retest = (
    ...     [matrix for key, matrix in matrices.items() if key.endswith(f"_ses-{session}")]
    ...     for session in ("test", "retest")
    ... )
    >>> fingerprint(test, retest).accuracy_strict
    1.0
    """
    test, retest = as_matrix_pair(("test", "retest"), test, retest)
    require_choice("similarity", similarity, ("pearson", "mutual_info"))
    require_whole("bins", bins, 2)
    require_whole("permutations", permutations, 0)
    n = len(test)
    pools = np.zeros(n, dtype=int) if pools is None else pools
    if len(pools) != n:
        raise ParameterError(f"pools must hold a number for each of {n} subjects; got {len(pools)}")
    if symmetric is None:
        symmetric = bool(is_symmetric(test) and is_symmetric(retest))
    features = partial(
        paired_features,
        normalise=normalise,
        comparison=comparison,
        edges=edges,
        symmetric=symmetric,
    )
    if n and (pools == pools[0]).all():  # the usual case, which needs no indexing or copies
        first, second, _ = features(test, retest)
    else:
        parts = [
            features(test[pools == pool_number], retest[pools == pool_number])
            for pool_number in np.unique(pools)
        ]
        place = np.argsort(np.argsort(pools, kind="stable"), kind="stable")
        first, second = (np.concatenate([part[side] for part in parts])[place] for side in (0, 1))
    across = comparison == "across_all_sessions"
    if similarity == "pearson":
        rows = (unit_rows(first, out=first), unit_rows(second, out=second))
        blocks = _blocks(*rows, correlations, across)
    else:
        scans = (BinnedScans(first, bins), BinnedScans(second, bins))
        blocks = _blocks(*scans, informations, across)
    return _score(blocks, pools, permutations, seed)


def _blocks(
    one: Scans, other: Scans, compare: Callable[[Scans, Scans], np.ndarray], across: bool
) -> list[np.ndarray]:
    """Return blocks of similarities with one row per subject; the first is [test, retest]."""
    between = compare(one, other)
    blocks = [between, between.T]
    return [*blocks, compare(one, one), compare(other, other)] if across else blocks


def _score(
    blocks: list[np.ndarray],
    pools: np.ndarray,
    permutations: int,
    seed: int,
) -> FingerprintScore:
    between, n = blocks[0], len(pools)
    together = pools[:, None] == pools
    others = ~np.eye(n, dtype=bool)
    same = between.diagonal().copy()
    compared = [np.where(together, block, np.nan) for block in blocks]
    cross = np.concatenate([block[others].reshape(n, n - 1) for block in compared], axis=1)
    known = cross[np.isfinite(cross)]
    margin = same - np.nanmax(cross, axis=1)
    candidates = np.where(together, between, -np.inf)
    nearest = (only_best(candidates), only_best(candidates.T))
    themselves = np.arange(n)
    ranks = (_ranks(candidates) + _ranks(candidates.T)) / 2
    return FingerprintScore(
        accuracy_strict=float((margin > 0).mean()),
        accuracy_test_to_retest=float((nearest[0] == themselves).mean()),
        accuracy_retest_to_test=float((nearest[1] == themselves).mean()),
        cohens_d=_cohens_d(same, known),
        i_diff=float(100 * (same.mean() - between[others & together].mean())),
        p_value=_permutation_p(between, nearest, pools, permutations, seed),
        mean_rank=float(ranks.mean()),
        auc=_auc(same, known),
        hits=np.mean([scans == themselves for scans in nearest], axis=0),
        ranks=ranks,
        margin=margin,
        same_scores=same,
        cross_scores=cross,
        similarity_matrix=compared[0],
    )


def only_best(
    scores: Float[np.ndarray, "subject candidate"],
) -> Int[np.ndarray, " subject"]:
    """Return, for each row, the column with the highest score; -1 where it is a tie."""
    runner_up, best = np.partition(scores, -2, axis=1)[:, -2:].T
    return np.where(best > runner_up, scores.argmax(axis=1), -1)


def _ranks(scores: np.ndarray) -> np.ndarray:
    own = scores.diagonal()[:, None]
    # The own score ties with itself once, which must not count as half a rank.
    ranks: np.ndarray = 0.5 + (scores > own).sum(axis=1) + 0.5 * (scores == own).sum(axis=1)
    return ranks


def _auc(same: np.ndarray, cross: np.ndarray) -> float:
    """Return the area under the curve (Mann and Whitney's U); a tie counts half."""
    ordered = np.sort(cross)
    below, not_above = (np.searchsorted(ordered, same, side) for side in ("left", "right"))
    return float((below + not_above).sum() / (2 * len(same) * len(cross)))


def _cohens_d(same: np.ndarray, cross: np.ndarray) -> float:
    n, m = len(same), len(cross)
    pooled = np.sqrt(((n - 1) * same.var(ddof=1) + (m - 1) * cross.var(ddof=1)) / (n + m - 2))
    return float((same.mean() - cross.mean()) / pooled) if pooled > 0 else float("nan")


def _permutation_p(
    between: np.ndarray,
    nearest: tuple[np.ndarray, np.ndarray],
    pools: np.ndarray,
    permutations: int,
    seed: int,
) -> float:
    """Return the p value of the number of hits in both directions; NaN without permutations.

    The null hypothesis is that test and retest are paired at random. Pairing test_i with
    retest_p(i) leaves all similarities as they are, and with them the nearest scan of each scan.
    The hits of a pairing are therefore the scans whose nearest scan is their partner by p (or,
    for retests, by the inverse of p). Of two pairings with equally many hits, the one whose pairs
    are more similar counts as better: ties are so frequent that otherwise p would be far too
    large.
    """
    if permutations == 0:
        return float("nan")
    best_retest, best_test = nearest
    themselves = np.arange(len(between))
    observed = (best_retest == themselves).sum() + (best_test == themselves).sum()
    similar = between.trace()
    every = _n_pairings(pools) <= permutations
    pairing = _every_pairing(pools) if every else _random_pairings(pools, permutations, seed)
    hits = (best_retest == pairing).sum(axis=1) + (best_test[pairing] == themselves).sum(axis=1)
    alike = between[themselves, pairing].sum(axis=1)
    # A pairing equal to the observed one up to rounding counts as reaching it.
    no_less = alike >= similar - 1e-12 * np.abs(between).sum()
    reached = (hits > observed) | ((hits == observed) & no_less)
    # Among random pairings, the observed one counts as one more.
    return float((reached.sum() + (not every)) / (len(pairing) + (not every)))


def least_p(pools: Int[np.ndarray, " subject"], permutations: int) -> float:
    """Return the least `p_value` that is possible, of the observed pairing alone.

    Parameters
    ----------
    pools, permutations
        As for `fingerprint`.
    """
    return 1 / min(_n_pairings(pools), permutations + 1)


def _n_pairings(pools: np.ndarray) -> int:
    """Return the number of ways to pair each test with a retest of the same pool."""
    return math.prod(math.factorial(n) for n in np.unique(pools, return_counts=True)[1].tolist())


def _every_pairing(pools: np.ndarray) -> Int[np.ndarray, "pairing subject"]:
    pools_of = [np.flatnonzero(pools == number) for number in np.unique(pools)]
    orders = product(*(permutations_of(members.tolist()) for members in pools_of))
    pairing = np.empty((_n_pairings(pools), len(pools)), dtype=np.intp)
    for row, order in zip(pairing, orders, strict=True):
        for members, paired in zip(pools_of, order, strict=True):
            row[members] = paired
    return pairing


def _random_pairings(
    pools: np.ndarray, permutations: int, seed: int
) -> Int[np.ndarray, "pairing subject"]:
    pairing = np.tile(np.arange(len(pools)), (permutations, 1))
    rng = np.random.default_rng(seed)
    for number in np.unique(pools):
        pairing[:, pools == number] = rng.permuted(pairing[:, pools == number], axis=1)
    return pairing
