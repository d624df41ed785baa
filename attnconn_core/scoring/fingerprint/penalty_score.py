"""Identification at a penalty chosen on other subjects, and at the method's own penalty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal, TypeVar

import numpy as np
import pandas as pd
from jaxtyping import Float
from pydantic import Field

from attnconn_core.errors import CohortError, ParameterError
from attnconn_core.records import Cohort, Session
from attnconn_core.scoring.fingerprint.fingerprint import fingerprint
from attnconn_core.scoring.fingerprint.identification_intervals import accuracy_interval
from attnconn_core.scoring.fingerprint.pairing import pair_within_pools
from attnconn_core.scoring.fingerprint.penalty_choice import (
    FEWEST_TO_CHOOSE,
    FOLDS,
    AtPenalty,
    CrossFittedIdentification,
    chosen_on_others,
    folds_of,
    identified_at,
)
from attnconn_core.scoring.fingerprint.stacking import read_pairs, stack_by_length
from attnconn_core.scoring.score import EarlyCheck, MethodTraits, Read, Scored, ScoreData
from attnconn_core.wording import few_and_more

__all__ = ["PenaltyIdentification"]

Chooses = TypeVar("Chooses", bound=MethodTraits)
Pairs = Sequence[tuple[Session, Session]]
_NAMED = 3  # most sessions that a note names
_OF_FINGERPRINTS = ("similarity", "normalise", "comparison", "edges", "bins")


@dataclass(frozen=True)
class PenaltyIdentification:
    """The score of identification at the penalty that identifies other subjects best.

    A method's own penalty is chosen for its forecast or its estimate of a covariance. With
    short scans it may be far from the penalty that identifies subjects best. This score
    identifies a tenth of the subjects (or one of ten or fewer) at the penalty that identifies
    all others best, see `attnconn_core.scoring.cross_fitted_identification`, and at the
    method's own penalty.

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
    folds
        Number of groups of subjects; each is scored at the penalty that the others choose.
    methods
        Names of the methods for which penalties are chosen; none: all that have penalties.
    """

    name: ClassVar[str] = "penalty_identification"
    label: ClassVar[str] = "Identification at the others' penalty"
    description: ClassVar[str] = (
        "Identification of subjects at the penalty that identifies other subjects best, and at the "
        "method's own. Each subject is compared with all others; where the fingerprint compares "
        "within pools of cohort models, the fingerprint's accuracies and chance are higher. If the "
        "two accuracies are alike, the method's own penalty is good enough; if the accuracy at the "
        "others' penalty is lower, there are too few subjects to choose well. “Penalty” is the "
        "median of those chosen, in the method's own terms: for a shrinkage, the share of the "
        "covariance that the identity replaces."
    )
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices", "penalties"})

    similarity: Literal["pearson", "mutual_info"] = "pearson"
    normalise: Literal["none", "edgewise"] = "edgewise"
    comparison: Literal["test_to_retest", "across_all_sessions"] = "test_to_retest"
    edges: Literal["all", "off_diagonal"] = "off_diagonal"
    bins: Annotated[int, Field(ge=2)] = 10
    folds: Annotated[int, Field(ge=2)] = FOLDS
    methods: tuple[str, ...] = ()

    def chooses_for(self, methods: Sequence[Chooses]) -> list[Chooses]:
        """Return those of a study's methods for which penalties are chosen.

        Raises
        ------
        ParameterError
            If there is none, or `methods` names one that isn't among them.
        """
        able = {method.name: method for method in methods if method.penalties}
        unknown = [name for name in self.methods if name not in able]
        if unknown:
            raise ParameterError(
                f"{self.name}: methods must be methods of the study that have penalties "
                f"({', '.join(able) or 'it has none'}); got {', '.join(unknown)}"
            )
        if not able:
            raise ParameterError(
                f"{self.name} needs a method with a penalty to choose, such as "
                "var_identification; name one under methods, or leave the score out"
            )
        return [able[name] for name in self.methods] or list(able.values())

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
        return EarlyCheck(f"{self.name} identifies {len(_pairs_of(cohort)[0])} subjects")

    def score(self, data: ScoreData) -> Scored:
        """Identify every subject at two penalties.

        One is the penalty that identifies the other subjects best, the other the method's own.

        Returns
        -------
        scored
            ``by_frames``: one row per method with penalties and scan length, with the
            ``accuracy`` at the penalties chosen on others, the ``own_accuracy`` at the method's
            own penalty, 95 % intervals of both, the median ``penalty`` of those chosen, and the
            number of ``subjects``. ``scores``: its rows for complete scans, without the column
            ``frames``. ``choices``: one row per method, scan length and subject, with the
            ``penalty`` chosen on the others, the ``hits`` there, and the ``own_hits`` at the
            method's own penalty.

        Raises
        ------
        CohortError
            If fewer than 3 subjects have test and retest.
        ParameterError
            As `chooses_for`.
        """
        pairs, notes = _pairs_of(data.cohort)
        methods = self.chooses_for(data.methods)
        lacking: list[str] = []
        identifications = [
            at_length
            for method in methods
            for at_length in self._identified(data, method, pairs, lacking)
        ]
        rows = pd.DataFrame([at_length.row() for at_length in identifications])
        is_complete = rows["frames"] == rows.groupby("method")["frames"].transform("max")
        subjects = [test.subject for test, _ in pairs]
        tables = {
            "scores": rows[is_complete].drop(columns="frames").reset_index(drop=True),
            "by_frames": rows,
            "choices": pd.concat(
                [at_length.choices(subjects) for at_length in identifications], ignore_index=True
            ),
        }
        facts = {"pairs": len(pairs), "chance": 1 / len(pairs)}
        return Scored(tables, facts, notes=(*notes, *lacking))

    def _identified(
        self, data: ScoreData, method: MethodTraits, pairs: Pairs, lacking: list[str]
    ) -> Iterator["_AtLength"]:
        """Yield the identification at every length; add what can't be tried to `lacking`.

        Only the matrices of one penalty are in memory at a time.
        """
        options = {name: getattr(self, name) for name in _OF_FINGERPRINTS}
        options["symmetric"] = not method.directed
        folds = folds_of(len(pairs), self.folds)
        matrix_pairs = read_pairs(partial(data.matrices, method.name), pairs)
        own = {
            frames: fingerprint(*stacks, **options, permutations=0).hits
            for frames, stacks in stack_by_length(matrix_pairs).items()
        }
        by_length: dict[int, dict[float, AtPenalty]] = {frames: {} for frames in own}
        untried: dict[tuple[str, ...], list[float]] = {}
        for penalty in method.penalties:
            matrix_pairs = read_pairs(partial(data.matrices_at, method.name, penalty), pairs)
            without = tuple(
                session.key
                for both, pair in zip(matrix_pairs, pairs, strict=True)
                for matrices, session in zip(both, pair, strict=True)
                if not matrices
            )
            if without:
                untried.setdefault(without, []).append(penalty)
                continue
            for frames, stacks in stack_by_length(matrix_pairs).items():
                if frames in by_length:
                    by_length[frames][penalty] = identified_at(*stacks, folds, **options)
        lacking += [
            f"{method.label}: not tried at {', '.join(f'{penalty:g}' for penalty in penalties)}, "
            f"where {few_and_more(without, _NAMED)} can't be estimated"
            for without, penalties in untried.items()
        ]
        for frames, by_penalty in by_length.items():
            if by_penalty:
                chosen = chosen_on_others(by_penalty, folds)
                yield _AtLength(method.name, frames, chosen, own[frames])
            else:
                lacking.append(
                    f"{method.label}: no penalty gives a matrix for all subjects at {frames} frames"
                )


@dataclass(frozen=True, eq=False)
class _AtLength:
    """Identification by one method from scans of one length."""

    method: str
    frames: int
    chosen: CrossFittedIdentification
    own_hits: Float[np.ndarray, " subject"]

    def row(self) -> dict[str, object]:
        """Return a row of the table by frames."""
        n, own = len(self.own_hits), float(self.own_hits.mean())
        low, high = accuracy_interval(self.chosen.accuracy, n)
        own_low, own_high = accuracy_interval(own, n)
        return {
            "method": self.method,
            "frames": self.frames,
            "accuracy": self.chosen.accuracy,
            "accuracy_lower": low,
            "accuracy_upper": high,
            "own_accuracy": own,
            "own_accuracy_lower": own_low,
            "own_accuracy_upper": own_high,
            "penalty": float(np.median(self.chosen.penalties)),
            "subjects": n,
        }

    def choices(self, subjects: Sequence[str]) -> pd.DataFrame:
        """Return a row per subject."""
        return pd.DataFrame(
            {
                "method": self.method,
                "frames": self.frames,
                "subject": list(subjects),
                "penalty": self.chosen.penalties,
                "hits": self.chosen.hits,
                "own_hits": self.own_hits,
            }
        )


def _pairs_of(cohort: Cohort) -> tuple[Pairs, tuple[str, ...]]:
    """Return pairs of test and retest in one pool: the matrices rest on no cohort model."""
    compared = pair_within_pools(cohort, {})
    if len(compared.pairs) < FEWEST_TO_CHOOSE:
        raise CohortError(
            "a penalty is chosen on at least 2 other subjects with test and retest; got "
            f"{len(compared.pairs)} such subjects in all"
        )
    return compared.pairs, compared.notes
