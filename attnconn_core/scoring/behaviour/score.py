"""The behaviour score: prediction in held-out subjects, by every method and by null models."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from attnconn_core.errors import CohortError
from attnconn_core.records import Cohort
from attnconn_core.scoring.behaviour.answers import (
    Answer,
    comparison_table,
    predictions_table,
    scores_table,
    squared_errors,
    unusable_targets,
)
from attnconn_core.scoring.behaviour.notes import notes_of
from attnconn_core.scoring.behaviour.null_models import why_constant, why_meaningless
from attnconn_core.scoring.behaviour.question import Question
from attnconn_core.scoring.behaviour.resampling import FEWEST_WITH_INTERVAL
from attnconn_core.scoring.behaviour.settings import BehaviourSettings
from attnconn_core.scoring.comparison.measured import METHOD, NULL_MODEL, Measured
from attnconn_core.scoring.comparison.verdicts import ALL_TARGETS, compare_targets
from attnconn_core.scoring.edges.features import edge_features
from attnconn_core.scoring.score import EarlyCheck, Read, Scored, ScoreData
from attnconn_core.wording import first_few

__all__ = ["Behaviour"]

_SHOWN = 5
_FEWEST = 4  # subjects or families: with fewer, a model would be trained on two


@dataclass(frozen=True)
class Behaviour(BehaviourSettings):
    """How well each method's edges predict behaviour in unseen subjects."""

    name: ClassVar[str] = "behaviour"
    label: ClassVar[str] = "Behaviour"
    description: ClassVar[str] = (
        "How well each method's edges predict behaviour in unseen subjects."
    )
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices", "phenotypes"})

    def score(self, data: ScoreData) -> Scored:
        """Predict every target from every method's edges, cross-validated over subjects.

        Returns
        -------
        scored
            ``scores``: one row per method (or null model, see ``kind``) and target, with the
            columns of `BehaviourTable.scores`, ``q`` and ``star`` (see `scores_table`).
            ``comparison``: from `compare_behaviours`, for methods. ``predictions``: one row per
            method, null model, target and subject, means over repeats. The facts include the
            null models that were dropped, each with the reason.

        Raises
        ------
        CohortError
            If no subject of the cohort has a row of phenotypes, fewer than 4 subjects (or
            families) have a target, or no target can be predicted.
        """
        phenotypes = data.phenotypes
        question, sessions = self._asked(data.cohort, phenotypes)
        question.predictable({})
        dropped: dict[str, str] = {}
        answers = list(_answers(data, question, sessions, dropped))
        scores, unusable = scores_table(answers), unusable_targets(answers)
        # A null model may have no score: the figure shows methods.
        if not any(answer.kind == METHOD and len(answer.table.scores) for answer in answers):
            why = "; ".join(f"{target}: {reason}" for target, reason in unusable.items())
            raise CohortError(f"no target of the phenotype table can be predicted; {why or 'none'}")
        tables = {
            "scores": scores,
            "comparison": comparison_table(answers),
            "predictions": predictions_table(answers),
        }
        facts = self._facts(data.cohort, question.targets, unusable)
        facts["null models dropped"] = dropped
        notes = notes_of(phenotypes, question, unusable)
        return Scored(tables, facts, notes=notes)

    def check_early(self, cohort: Cohort, phenotypes: pd.DataFrame | None) -> EarlyCheck:
        """Return how many targets and subjects would be predicted; see `CheckedEarly`.

        Raises
        ------
        CohortError
            As `score` does.
        ParameterError
            If a confound can't be used.
        """
        if phenotypes is None:
            raise CohortError("behaviour needs a phenotype table")
        question, _ = self._asked(cohort, phenotypes)
        unusable: dict[str, str] = {}
        predicted = question.predictable(unusable)
        of = "subjects" if self.family_column is None else "families"
        shown = first_few(predicted, _SHOWN)
        folds = min(self.folds, question.units)
        what = f"{len(predicted)} targets" if len(predicted) > 1 else "1 target"
        return EarlyCheck(
            f"behaviour predicts {what} ({shown}) of {question.units} {of} in {folds} folds",
            notes_of(phenotypes, question, unusable),
        )

    def _asked(self, cohort: Cohort, phenotypes: pd.DataFrame) -> tuple[Question, list[str]]:
        """Return what is to be predicted, and one session key per subject."""
        known = {s.subject: s.key for s in cohort.one_each() if s.subject in phenotypes.index}
        if not known:
            raise CohortError(
                "behaviour needs subjects with a scan and a row in the phenotype table; of "
                f"{len(cohort.subjects)} subjects with a scan none has one"
            )
        subjects = sorted(known)
        question = Question.of(self, phenotypes.loc[subjects])
        units = question.units
        if units < _FEWEST:
            of, seen = "subjects", ""
            if self.family_column is not None:
                of = f"families (family_column: {self.family_column})"
                seen = "".join(f"; {note}" for note in question.family_notes)
            raise CohortError(
                f"behaviour needs at least {_FEWEST} {of} with a scan and a target, so that "
                f"{_FEWEST - 1} are left to learn from; got {units}{seen}"
            )
        return question, [known[subject] for subject in subjects]

    def measures(
        self,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any],  # noqa: ARG002  (other scores need them)
    ) -> Iterator[Measured]:
        """Compare methods, target by target and over all targets."""
        scores = tables["scores"]
        null = scores[scores["kind"] == NULL_MODEL].assign(value=scores["r"])
        columns = ["kind", "method", "value", "lower", "upper", "p"]
        methods = scores[scores["kind"] == METHOD]
        errors = squared_errors(tables["predictions"])
        errors = errors[errors["method"].isin(methods["method"])]
        compared = compare_targets(methods, tables["comparison"], errors)
        for target, comparison in compared.items():
            beside = null.loc[null["target"] == target, columns]
            if target == ALL_TARGETS:
                means = null.groupby("method", sort=False)["value"].mean()
                beside = means.reset_index().assign(kind=NULL_MODEL)
            drawn = target == ALL_TARGETS or len(compared) == 1
            heading = (
                "" if not drawn else "r over targets" if target == ALL_TARGETS else f"r, {target}"
            )
            words, below_zero = _words(target)
            yield Measured(
                "behaviour",
                f"r, {target}",
                comparison,
                beside,
                drawn,
                heading,
                digits=2,
                missing=_why_no_interval(comparison.scores),
                words=words,
                words_below_zero=below_zero,
            )

    def _facts(
        self, cohort: Cohort, targets: pd.DataFrame, unusable: Mapping[str, str]
    ) -> dict[str, object]:
        subjects = targets.index
        return {
            "subjects": len(subjects),
            "without a row": sorted(set(cohort.subjects) - set(subjects)),
            "without a target": sorted(subjects[targets.isna().all(axis=1)]),
            "unusable targets": dict(unusable),
            "confounds, not predicted": list(self.confounds),
        }


def _words(target: str) -> tuple[str, str]:
    """Return the sentence about the highest r, and the one where that is below 0."""
    named = target.replace("{", "{{").replace("}", "}}")
    what = "behaviour (mean over targets)" if target == ALL_TARGETS else named
    return (
        f"The {{best}} prediction of {what} in unseen subjects is that of {{who}} (r {{value}})",
        f"No method is shown to predict {what} in unseen subjects: the highest r, of {{who}}, is "
        "below 0 ({value}). With few subjects a negative r is no finding: a model that only knows "
        "the mean of its training subjects has r below 0, and r = −1 where each subject is a fold",
    )


def _why_no_interval(scores: pd.DataFrame) -> str:
    few = int(scores["n"].min()) if len(scores) else 0
    if "lower" in scores and few < FEWEST_WITH_INTERVAL and scores["lower"].isna().all():
        return f"an interval needs at least {FEWEST_WITH_INTERVAL} subjects; there are {few}"
    return ""


def _answers(
    data: ScoreData, question: Question, sessions: Sequence[str], dropped: dict[str, str]
) -> Iterator[Answer]:
    """Yield the answers of methods and null models; enter unusable null models in `dropped`."""
    settings, confounds = question.settings, question.confounds
    if settings.null_models and confounds is not None:
        # Prediction of the unadjusted target from confounds alone.
        left = replace(question, targets=question.targets[question.predictable({})])
        from_confounds = left.ask(confounds.values, "least_squares", None)
        yield Answer("null_confounds", NULL_MODEL, from_confounds)
    for method in data.methods:
        stacked = np.stack([data.whole_scan(method.name, key).values for key in sessions])
        features = edge_features(stacked, method.directed)
        yield Answer(method.name, METHOD, question.ask(features, settings.model, confounds))
        if settings.null_models:
            name = f"null_mean_{method.name}"
            why = why_constant(features)
            if not why:
                mean = features.mean(axis=1, keepdims=True)
                from_mean = question.ask(mean, "least_squares", confounds)
                why = why_meaningless(from_mean.scores)
            if why:
                dropped[name] = why
            else:
                yield Answer(name, NULL_MODEL, from_mean)
