"""The fingerprint: subjects identified by every method's matrices, from the scan and from less."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from attnconn_assets.assets.connectivity.specs import methods, reads_group_models, traits
from attnconn_assets.assets.scores.common import score_asset
from attnconn_assets.building.spec import Made
from attnconn_assets.building.work import Work
from attnconn_core.errors import CohortError
from attnconn_core.figures import fingerprint_panel, png
from attnconn_core.records import Cohort, Connectivity, Session
from attnconn_core.scoring import FingerprintScore, fingerprint, identification_intervals
from attnconn_core.scoring.fingerprint.tables import (
    Stacks,
    comparison_table,
    further_tables,
    score_row,
)
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["make_fingerprint"]


def make_fingerprint(work: Work) -> Made:
    """Identify every subject's retest by its test, from the whole scan and from less."""
    cohort = work.cohort(*methods(work.study))
    pairs, pools, alone = _pooled_pairs(work, cohort)
    read = {method: _read(work, method, pairs) for method in methods(work.study)}
    stacks = {method: _stacks(matrices) for method, matrices in read.items()}
    scores = {
        method: _score(work, method, stack[max(stack)], pools, work.study.fingerprint.permutations)
        for method, stack in stacks.items()
    }
    by_length = {
        method: {n: _accuracy(_score(work, method, pair, pools, 0)) for n, pair in stack.items()}
        for method, stack in stacks.items()
    }
    settings = work.study.fingerprint
    intervals = {
        method: identification_intervals(score, settings.resamples, settings.seed)
        for method, score in scores.items()
    }
    picture = png(
        fingerprint_panel(
            scores,
            by_length,
            len(set(pools)) / len(pairs),
            DESIGN_LABELS[work.platform.source.design],
            {method: each["i_diff"] for method, each in intervals.items()},
        )
    )
    table = pd.DataFrame([score_row(m, score, intervals[m]) for m, score in scores.items()])
    table["saw_subject"] = [_share_seen(read[method]) for method in table["method"]]
    lengths = pd.DataFrame(
        [(m, n, value) for m, found in by_length.items() for n, value in found.items()],
        columns=["method", "frames", "accuracy"],
    )
    whole = {
        method: Stacks(*stack[max(stack)], traits(method).directed, pools)
        for method, stack in stacks.items()
    }
    return score_asset(
        work,
        {
            "scores": table,
            "comparison": comparison_table(scores),
            "accuracy_by_frames": lengths,
            "margins": _by_subject(pairs, {m: score.margin for m, score in scores.items()}),
            "hits": _by_subject(pairs, {m: score.hits for m, score in scores.items()}),
            **further_tables(
                whole,
                work.platform.region_table,
                settings.model_dump(include={"similarity", "normalise", "comparison", "bins"}),
                settings.seed if settings.reconstruct else None,
            ),
        },
        {"figure.png": picture},
        cohort,
        {
            "pairs": len(pairs),
            "pools": len(set(pools)),
            "unpaired": [s.key for s in cohort.unpaired()] + alone,
        },
    )


def _by_subject(
    pairs: Sequence[tuple[Session, Session]], columns: dict[str, np.ndarray]
) -> pd.DataFrame:
    return pd.DataFrame({"subject": [test.subject for test, _ in pairs], **columns})


def _pooled_pairs(
    work: Work, cohort: Cohort
) -> tuple[list[tuple[Session, Session]], np.ndarray, list[str]]:
    """Pair sessions, and say which subjects may be compared: those that one model reads.

    Every method is scored on the same comparisons, so that they can be held against
    each other. A subject that is alone with its model is left out and listed.
    """
    folds = (
        work.entry("group_forecaster", work.study.read_out[0]).facts["folds"]
        if reads_group_models(work.study)
        else ()
    )
    pool_of = {
        subject: number for number, fold in enumerate(folds) for subject in fold["reads"] or ()
    }
    pairs = list(cohort.pairs())
    pools = [pool_of.get(test.subject, 0) for test, _ in pairs]
    alone = [pair for pair, pool in zip(pairs, pools, strict=True) if pools.count(pool) < 2]
    kept = [pair for pair in pairs if pair not in alone]
    if not kept:
        raise CohortError(
            "a fingerprint needs at least 2 subjects with a test and a retest session that one "
            f"model reads; got {len(pairs)} such subjects of {len(cohort.subjects)}"
        )
    left = [session.key for pair in alone for session in pair]
    return kept, np.array([pool_of.get(test.subject, 0) for test, _ in kept]), left


def _read(
    work: Work, method: str, pairs: Sequence[tuple[Session, Session]]
) -> list[list[dict[int, Connectivity]]]:
    """Read both sessions' matrices of every pair, by the number of frames."""
    return [[work.matrices(method, session.key) for session in pair] for pair in pairs]


def _share_seen(read: Sequence[Sequence[dict[int, Connectivity]]]) -> float:
    """Share of matrices whose model was trained on their subject; NaN without a model."""
    whole = [matrices[max(matrices)] for pair in read for matrices in pair]
    seen = [each.metrics["saw_subject"] for each in whole if "saw_subject" in each.metrics]
    return float(np.mean(seen)) if seen else float("nan")


def _stacks(
    read: Sequence[Sequence[dict[int, Connectivity]]],
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Stack test and retest matrices for every scan length that all sessions have.

    The largest key stands for whole scans; it is the shortest one's number of frames.
    """
    everyone = [matrices for pair in read for matrices in pair]
    whole = min(max(matrices) for matrices in everyone)
    shared = set.intersection(*(set(matrices) for matrices in everyone))
    lengths: list[int | None] = [*sorted(n for n in shared if n < whole), None]

    def stack(side: int, frames: int | None) -> np.ndarray:
        return np.stack([each[side][frames or max(each[side])].values for each in read])

    return {n or whole: (stack(0, n), stack(1, n)) for n in lengths}


def _score(
    work: Work,
    method: str,
    pair: tuple[np.ndarray, np.ndarray],
    pools: np.ndarray,
    permutations: int,
) -> FingerprintScore:
    settings = work.study.fingerprint.model_dump(
        exclude={"permutations", "resamples", "reconstruct"}
    )
    return fingerprint(
        *pair,
        symmetric=not traits(method).directed,
        pools=pools,
        permutations=permutations,
        **settings,
    )


def _accuracy(score: FingerprintScore) -> float:
    """Average both directions: from test to retest, and back."""
    return (score.accuracy_test_to_retest + score.accuracy_retest_to_test) / 2
