"""The reliability score: agreement between seeds, halves of a session, and sessions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float
from pydantic import Field

from attnconn_core.errors import CohortError
from attnconn_core.scoring.comparison.measured import Measured
from attnconn_core.scoring.comparison.support import Support
from attnconn_core.scoring.comparison.verdicts import Compared, compare_on_units
from attnconn_core.scoring.comparison.winner import Verdict
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.scoring.fingerprint.pairing import PooledPairs, pair_within_pools
from attnconn_core.scoring.reliability.agreement import spearman_brown, subject_agreement
from attnconn_core.scoring.reliability.jackknife import ENDS, FEWEST, mean_correlations, with_ends
from attnconn_core.scoring.reliability.repeated import HALVES, SEEDS, mean_agreement, sessions_of
from attnconn_core.scoring.reliability.retest import (
    EdgewiseReliability,
    edgewise_reliability,
    strength_rows,
    unit_rows,
)
from attnconn_core.scoring.score import MethodTraits, Read, Scored, ScoreData

__all__ = ["Reliability"]

_ICC = "ICC of edges"

# Values for test and retest if no subject has both.
_NO_RETEST = {
    **{
        f"{name}{end}": float("nan")
        for name in ("retest_r", "others_r", "icc", "icc_median")
        for end in ENDS
    },
    "icc_n": 0.0,
}

# The tables beside the scores, and their columns if there are no rows.
_FURTHER = {
    "by_strength": ["method", "part", "strength", "edges", "icc", "icc_lower", "icc_upper"],
    "sessions": ["subject", "session", "what", "seed", "r", "rank_r", "method"],
    "retest_units": ["method", "unit", "icc"],
}


@dataclass(frozen=True)
class Reliability:
    """The score of how well a method's matrices agree when estimation is repeated.

    Attributes
    ----------
    seeds
        Number of seeds with which every trained model is trained, including that of its
        configuration; 1 for no other.
    seed_share
        Share of the subjects whose session models are trained with the other seeds too; each
        costs a training.
    split_half
        Whether every session is also estimated from each of its halves. A trained model is then
        trained on each half, with different seeds if there are several.
    ensemble
        Number of seeds in the ensemble whose expected agreement is computed.
    least_agreement
        Least r between seeds; methods below it must not be interpreted.
    icc
        Model of `intraclass_correlation`.
    """

    name: ClassVar[str] = "reliability"
    label: ClassVar[str] = "Reliability"
    description: ClassVar[str] = (
        "Whether a method gives the same matrix again: with models of other seeds, from halves of "
        "a session, and from a subject's other session."
    )
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices", "pools", "repeats"})

    seeds: Annotated[int, Field(ge=1, le=99)] = 2
    seed_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    split_half: bool = True
    ensemble: Annotated[int, Field(ge=2)] = 5
    least_agreement: Annotated[float, Field(ge=0, le=1)] = 0.9
    icc: Literal["one_way", "agreement", "consistency"] = "consistency"

    def score(self, data: ScoreData) -> Scored:
        """Return the agreement between seeds and halves, and the test–retest ICC of edges.

        Returns
        -------
        scored
            ``scores``: one row per method. ``seeds_r`` and ``seeds_rank_r``: Pearson's and
            Spearman's r between a session's matrix and those by models of other seeds;
            ``ensemble_r``: the expected agreement of means over `ensemble` seeds;
            ``halves_r`` and ``halves_rank_r``: between the halves of a session;
            ``halves_corrected``: that of complete sessions, by Spearman and Brown's formula;
            ``retest_r``: between a subject's test and retest; ``others_r``: between its
            matrices and those of other subjects read by the same model; ``icc`` and
            ``icc_median``: over edges. Values are means over a subject's sessions,
            then over subjects: ``…_n``, with 95 % intervals (``…_lower``, ``…_upper``).
            ``by_strength``: ``method``, ``part`` (1 for the weakest fifth of the edges),
            ``strength``, ``edges``, ``icc``, ``icc_lower`` and ``icc_upper``. ``sessions``: one
            row per method, session and repetition: ``subject``, ``session``, ``what`` (seeds
            or halves), ``seed``, ``r`` and ``rank_r``. ``retest_units``: ``method``, ``unit``
            and ``icc``, each subject's pseudo-value; see `jackknife`. The facts list what is
            left out, and why.
        """
        pairs, why_no_retest = _pairs(data)
        rows = []
        by_table: dict[str, list[pd.DataFrame]] = {name: [] for name in _FURTHER}
        left_out: dict[str, dict[str, str]] = {}
        for method in data.methods:
            sessions, missing = sessions_of(data, method)
            row = self._row(sessions)
            retest = None
            if pairs is not None:
                ratings = _ratings(data, method, pairs)
                retest = edgewise_reliability(ratings, model=self.icc, pools=pairs.pools)
                row |= _retest_row(retest, ratings, pairs)
            rows.append({"method": method.name, **_NO_RETEST, **row})
            by_table["sessions"].append(sessions.assign(method=method.name))
            if retest is not None:
                by_table["by_strength"].append(strength_rows(method.name, retest))
                by_table["retest_units"].append(unit_rows(method.name, retest))
            if missing:
                left_out[method.name] = missing
        tables = {name: _joined(parts, _FURTHER[name]) for name, parts in by_table.items()}
        facts: dict[str, Any] = {
            "seeds": self.seeds,
            "ensemble": self.ensemble,
            "least agreement": self.least_agreement,
        }
        if why_no_retest:
            facts["test–retest left out"] = why_no_retest
        if left_out:
            facts["repeats left out"] = left_out
        return Scored({"scores": pd.DataFrame(rows), **tables}, facts)

    def measures(
        self,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any],
    ) -> Iterator[Measured]:
        """Compare methods over subjects: seeds with the least agreement, the others with 0.

        The ICC always has a column. With too few subjects methods aren't compared, and the
        verdict gives the reason.
        """
        sessions, scores = tables["sessions"], tables["scores"]
        for what, measure, reference in (
            (SEEDS, "r between seeds", self.least_agreement),
            (HALVES, "r between halves", 0.0),
        ):
            own = sessions[sessions["what"] == what] if len(sessions) else sessions
            own = own.rename(columns={"subject": "unit", "r": "value"})
            yield from _measured(own, measure, reference, _estimates(scores, f"{what}_r"))
        units = tables["retest_units"].rename(columns={"icc": "value"})
        if len(units) and units["value"].notna().any():
            yield from _measured(units, _ICC, 0.0, _estimates(scores, "icc"))
        else:
            yield _uncompared(scores, facts.get("test–retest left out", ""))

    def cautions(self, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
        """Return cautions for methods whose seeds don't agree."""
        scores = tables["scores"]
        below = scores[scores["seeds_r"] < self.least_agreement]
        return {
            str(row["method"]): f"models of different seeds agree at r = {row['seeds_r']:.3f} "
            f"(n = {row['seeds_n']:.0f} subjects), below {self.least_agreement:g}"
            for _, row in below.iterrows()
        }

    def _row(self, sessions: pd.DataFrame) -> dict[str, float]:
        row = {
            **mean_agreement(sessions, SEEDS),
            **mean_agreement(sessions, HALVES),
        }
        for end in ENDS:
            # The formula may give ends of an interval that no correlation can have.
            expected = spearman_brown(row[f"seeds_r{end}"], self.ensemble)
            row[f"ensemble_r{end}"] = float(np.clip(expected, -1, 1))
            corrected = spearman_brown(row[f"halves_r{end}"], 2)
            row[f"halves_corrected{end}"] = float(np.clip(corrected, -1, 1))
        return row


def _ratings(
    data: ScoreData, method: MethodTraits, pairs: PooledPairs
) -> Float[np.ndarray, "subject session edge"]:
    ratings = []
    for pair in pairs.pairs:
        matrices = [data.whole_scan(method.name, session.key).values for session in pair]
        mask = edge_mask(len(matrices[0]), method.directed)
        ratings.append([matrix[mask] for matrix in matrices])
    return np.array(ratings)


def _retest_row(
    retest: EdgewiseReliability,
    ratings: Float[np.ndarray, "subject session edge"],
    pairs: PooledPairs,
) -> dict[str, float]:
    """Return a method's test–retest values."""
    own, others = subject_agreement(ratings, pairs.pools)
    row = mean_correlations({"retest_r": own, "others_r": others})
    row |= with_ends("icc", retest.mean) | with_ends("icc_median", retest.median)
    return row | {"icc_n": float(len(pairs.pairs))}


def _pairs(data: ScoreData) -> tuple[PooledPairs | None, str]:
    """Return the subjects with test and retest, or None and the reason if there are too few."""
    try:
        return pair_within_pools(data.cohort, data.pools), ""
    except CohortError:
        return None, (
            "an intraclass correlation needs at least 2 subjects with a test and a retest session "
            f"that one model reads; got {len(data.cohort.pairs())} with both sessions, of "
            f"{len(data.cohort.subjects)}"
        )


def _estimates(scores: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column of the scores and its interval, in the form of a comparison."""
    columns = scores.set_index("method")[[f"{column}{end}" for end in ENDS]]
    return columns.set_axis(["value", "lower", "upper"], axis="columns")


def _measured(
    table: pd.DataFrame, measure: str, reference: float, estimates: pd.DataFrame
) -> Iterator[Measured]:
    """Compare the methods that have values, on the units that have them."""
    known = table.dropna(subset=["value"]) if len(table) else table
    if not len(known):
        return
    values = known.pivot_table(index="unit", columns="method", values="value", sort=False)
    against = pd.Series(reference, index=values.index)
    yield Measured("reliability", measure, compare_on_units(values, against, estimates=estimates))


def _uncompared(scores: pd.DataFrame, why: str) -> Measured:
    """Return the mean ICC of every method that has one, and why methods aren't compared."""
    nothing = dict.fromkeys(("lower", "upper", "p", "p_corrected"), float("nan"))
    table = pd.DataFrame({"method": scores["method"], "value": scores["icc"], "reference": 0.0})
    table = table.assign(**nothing, n=scores["icc_n"].astype(int))
    subjects = int(table["n"].min())
    why = why or (
        f"an interval of the intraclass correlation needs at least {FEWEST} subjects with a test "
        f"and a retest session; got {subjects}"
    )
    pairs = pd.DataFrame(columns=["first", "second", "difference", "lower", "upper", "p"])
    compared = Compared(table, pairs, Verdict(None, (), why), Support(subjects))
    return Measured("reliability", _ICC, compared, drawn=False, column=_ICC, missing=why)


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    held = [table for table in tables if len(table)]
    return pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=columns)
