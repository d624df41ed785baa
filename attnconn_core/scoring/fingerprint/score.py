"""The fingerprint score: identification by every method, from complete and from shorter scans."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float
from pydantic import Field

from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort
from attnconn_core.scoring.comparison.measured import Measured
from attnconn_core.scoring.comparison.support import Support
from attnconn_core.scoring.comparison.verdicts import Compared, compare_hits
from attnconn_core.scoring.comparison.winner import Verdict
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore, fingerprint, least_p
from attnconn_core.scoring.fingerprint.identification_intervals import identification_intervals
from attnconn_core.scoring.fingerprint.lengths import AtLength, lengths_tables
from attnconn_core.scoring.fingerprint.pairing import PooledPairs, pair_within_pools
from attnconn_core.scoring.fingerprint.pool_weights import Stacks
from attnconn_core.scoring.fingerprint.stacking import (
    length_notes,
    mean_metric,
    read_pairs,
    stack_by_length,
)
from attnconn_core.scoring.fingerprint.swaps import swap_notes
from attnconn_core.scoring.fingerprint.tables import (
    comparison_table,
    further_tables,
    score_row,
)
from attnconn_core.scoring.score import EarlyCheck, MethodTraits, Read, Scored, ScoreData

__all__ = ["Fingerprint", "FingerprintDetails"]

# Metrics of the matrices whose means are added to the scores.
_OF_MATRICES = ("saw_subject", "cohort_share")
_OWN_SCALE = "not ranked: I_diff is in the unit of each method's own similarities"
_OF_FURTHER_TABLES = ("similarity", "normalise", "comparison", "bins")


@dataclass(frozen=True, eq=False)
class FingerprintDetails:
    """Data for the figure of a fingerprint.

    Attributes
    ----------
    scores
        Method → score of complete scans.
    by_length
        Method → frames → share of subjects identified, mean of both directions.
    intervals
        Method → intervals from `identification_intervals`.
    chance
        Accuracy expected by guessing.
    """

    scores: Mapping[str, FingerprintScore]
    by_length: Mapping[str, Mapping[int, float]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    chance: float


@dataclass(frozen=True, eq=False)
class _Identified:
    """The result of one method."""

    score: FingerprintScore
    by_length: Mapping[int, AtLength]
    intervals: Mapping[str, tuple[float, float]]
    of_matrices: Mapping[str, float]
    stacks: Stacks
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Fingerprint:
    """The score of identification of subjects by their matrices; see `fingerprint`.

    Attributes
    ----------
    similarity
        Similarity of two matrices.
    normalise
        ``"edgewise"`` z-scores every edge over subjects; ``"none"`` leaves edges unchanged.
    comparison
        Which scans of other subjects a subject is compared with.
    edges
        All entries of a matrix, or those off the diagonal.
    bins
        Number of bins of the histograms for ``mutual_info``.
    permutations
        Number of random pairings of subjects for the p value.
    resamples
        Number of draws of subjects for the intervals.
    reconstruct
        Whether identifiability is also scored after reconstruction from principal
        components (Amico & Goñi 2018); needs 8 subjects per pool.
    seed
        Seed of permutations, resamples and reconstruction.
    """

    name: ClassVar[str] = "fingerprint"
    label: ClassVar[str] = "Fingerprint"
    description: ClassVar[str] = (
        "Whether a subject's second session is identified among those of all subjects."
    )
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices", "pools", "regions"})

    similarity: Literal["pearson", "mutual_info"] = "pearson"
    normalise: Literal["none", "edgewise"] = "edgewise"
    comparison: Literal["test_to_retest", "across_all_sessions"] = "test_to_retest"
    edges: Literal["all", "off_diagonal"] = "off_diagonal"
    bins: Annotated[int, Field(ge=2)] = 10
    permutations: Annotated[int, Field(ge=0)] = 1000
    resamples: Annotated[int, Field(ge=2)] = 1000
    reconstruct: bool = False
    seed: Annotated[int, Field(ge=0)] = 0

    def check_early(
        self,
        cohort: Cohort,
        phenotypes: pd.DataFrame | None,  # noqa: ARG002  (other scores need them)
    ) -> EarlyCheck:
        """Return how many subjects would be identified; see `CheckedEarly`.

        Raises
        ------
        CohortError
            As `score` does.
        """
        return self.check_within_pools(cohort, {})

    def check_within_pools(self, cohort: Cohort, pools: Mapping[str, int]) -> EarlyCheck:
        """Return how many subjects would be identified; see `CheckedWithinPools`.

        Raises
        ------
        CohortError
            As `score` does.
        """
        compared = pair_within_pools(cohort, pools)
        return EarlyCheck(
            f"fingerprint identifies {len(compared.pairs)} subjects", compared.notes_on_alone
        )

    def score(self, data: ScoreData) -> Scored:
        """Identify every subject's retest by its test, from complete and from shorter scans.

        Returns
        -------
        scored
            ``scores``: one row per method, see `score_row`, with ``saw_subject``, the share of
            matrices whose model was trained on their subject, and ``cohort_share``, the mean
            share of a matrix that comes from other subjects' data; NaN for methods that don't
            measure it. ``comparison``: from
            `comparison_table`. ``accuracy_by_frames`` and ``hits_by_frames``: from
            `lengths_tables`. ``margins``, ``hits`` and ``i_diffs``: one row per subject, one column
            per method.
            ``edges``, ``networks``, ``network_pairs`` and ``reconstruction``: from
            `further_tables`. The notes name subjects whose sessions may be swapped.

        Raises
        ------
        CohortError
            If fewer than 2 subjects with test and retest are read by the same model.
        """
        compared = pair_within_pools(data.cohort, data.pools)
        by_method = {
            method.name: self._identified(data, method, compared) for method in data.methods
        }
        facts = {
            "pairs": len(compared.pairs),
            "pools": compared.n_pools,
            "unpaired": list(compared.unpaired),
            "others": _others(data.pools),
            "least p": least_p(compared.pools, self.permutations),
        }
        details = FingerprintDetails(
            {method: identified.score for method, identified in by_method.items()},
            {
                method: {frames: own.accuracy for frames, own in identified.by_length.items()}
                for method, identified in by_method.items()
            },
            {method: identified.intervals for method, identified in by_method.items()},
            compared.chance,
        )
        tables = self._tables(by_method, compared.subjects, data.regions)
        similar = {
            method: identified.score.similarity_matrix for method, identified in by_method.items()
        }
        swaps = swap_notes(similar, compared.pools, compared.subjects)
        lengths = dict.fromkeys(
            note for identified in by_method.values() for note in identified.notes
        )
        return Scored(tables, facts, details, (*compared.notes, *swaps, *lengths))

    def measures(
        self, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
    ) -> Iterator[Measured]:
        """Compare methods by the subjects that they identify, from complete and shorter scans."""
        chance, scores = facts["pools"] / facts["pairs"], tables["scores"]
        within = f", within {facts['pools']} pools" if facts["pools"] > 1 else ""
        compared = compare_hits(scores, tables["hits"].set_index("subject"), chance)
        yield Measured("fingerprint", "accuracy", compared, column="identified", digits=2)
        lengths, hits = tables["accuracy_by_frames"], tables["hits_by_frames"]
        shorter = sorted(lengths["frames"].unique())[:-1]  # the last is that of complete scans
        for frames in shorter:
            own = hits[hits["frames"] == frames].drop(columns="frames").set_index("subject")
            compared = compare_hits(lengths[lengths["frames"] == frames], own, chance)
            where = f"from {frames} frames"
            words = (
                f"From complete scans, {sum(scores['accuracy'] == 1)} of {len(scores)} methods "
                f"identify every subject; {where} (chance: {chance:.2f}{within}) the "
                "{best} accuracy is that of {who} ({value})"
            )
            yield Measured(
                "fingerprint",
                f"accuracy {where}",
                compared,
                column=where,
                digits=2,
                words=words if frames == shorter[0] else "",
            )
        apart = compare_hits(scores, tables["i_diffs"].set_index("subject"), 0.0, "i_diff")
        verdict, support = Verdict(None, (), _OWN_SCALE), Support(apart.support.units)
        shown = Compared(apart.scores, apart.pairs[:0], verdict, support)
        yield Measured("fingerprint", "I_diff", shown, drawn=False, column="I_diff", digits=1)

    def _tables(
        self, by_method: Mapping[str, _Identified], subjects: Sequence[str], regions: RegionTable
    ) -> dict[str, pd.DataFrame]:
        scores = {method: identified.score for method, identified in by_method.items()}
        table = pd.DataFrame(
            [
                score_row(m, identified.score, identified.intervals)
                for m, identified in by_method.items()
            ]
        )
        for name in _OF_MATRICES:
            table[name] = [identified.of_matrices[name] for identified in by_method.values()]
        margins = {method: score.margin for method, score in scores.items()}
        hits = {method: score.hits for method, score in scores.items()}
        i_diffs = {method: score.i_diffs for method, score in scores.items()}
        options = {name: getattr(self, name) for name in _OF_FURTHER_TABLES}
        return {
            "scores": table,
            "comparison": comparison_table(scores),
            **lengths_tables(
                {method: identified.by_length for method, identified in by_method.items()}, subjects
            ),
            "margins": pd.DataFrame({"subject": subjects, **margins}),
            "hits": pd.DataFrame({"subject": subjects, **hits}),
            "i_diffs": pd.DataFrame({"subject": subjects, **i_diffs}),
            **further_tables(
                {method: identified.stacks for method, identified in by_method.items()},
                regions,
                options,
                self.seed if self.reconstruct else None,
            ),
        }

    def _identified(
        self, data: ScoreData, method: MethodTraits, compared: PooledPairs
    ) -> _Identified:
        matrix_pairs = read_pairs(partial(data.matrices, method.name), compared.pairs)
        stacks = stack_by_length(matrix_pairs)
        complete_frames = max(stacks)
        score = self._fingerprint(stacks[complete_frames], method, compared, self.permutations)
        by_length = {
            frames: AtLength.of(
                score
                if frames == complete_frames
                else self._fingerprint(pair, method, compared, self.permutations)
            )
            for frames, pair in stacks.items()
        }
        return _Identified(
            score,
            by_length,
            identification_intervals(score, self.resamples, self.seed),
            {name: mean_metric(matrix_pairs, name) for name in _OF_MATRICES},
            Stacks(*stacks[complete_frames], method.directed, compared.pools),
            length_notes(matrix_pairs, compared.pairs),
        )

    def _fingerprint(
        self,
        pair: tuple[
            Float[np.ndarray, "subject target source"], Float[np.ndarray, "subject target source"]
        ],
        method: MethodTraits,
        compared: PooledPairs,
        permutations: int,
    ) -> FingerprintScore:
        return fingerprint(
            *pair,
            similarity=self.similarity,
            normalise=self.normalise,
            comparison=self.comparison,
            edges=self.edges,
            bins=self.bins,
            symmetric=not method.directed,
            pools=compared.pools,
            permutations=permutations,
            seed=self.seed,
        )


def _others(pools: Mapping[str, int]) -> list[int]:
    """Return the numbers of subjects outside each pool, without repetition."""
    sizes = Counter(pools.values())
    return sorted({len(pools) - size for size in sizes.values()})
