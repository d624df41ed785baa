"""Behaviour of unseen subjects, predicted from every method's edges and by null models."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float
from pydantic import Field

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
from attnconn_core.scoring.behaviour.column_notes import confound_notes, far_notes
from attnconn_core.scoring.behaviour.confounds import Confounds, confound_columns, share_left
from attnconn_core.scoring.behaviour.families import families, family_notes
from attnconn_core.scoring.behaviour.null_models import why_constant, why_meaningless
from attnconn_core.scoring.behaviour.resampling import FEWEST_WITH_INTERVAL, CrossValidation
from attnconn_core.scoring.behaviour.table import (
    BehaviourTable,
    score_behaviours,
    target_patterns,
)
from attnconn_core.scoring.comparison.measured import METHOD, NULL_MODEL, Measured
from attnconn_core.scoring.comparison.verdicts import ALL_TARGETS, compare_targets
from attnconn_core.scoring.edges.features import edge_features
from attnconn_core.scoring.score import EarlyCheck, Read, Scored, ScoreData
from attnconn_core.sources import may_count_days, target_columns
from attnconn_core.wording import first_few

__all__ = ["Behaviour"]

_SHOWN = 5
_RARE = 0.1  # of the subjects: fewer differ from all others in a target by themselves
_FEWEST = 4  # subjects or families: with fewer a model would learn from two
_LITTLE = 0.1  # of a target: what confounds leave of it is hardly the target any more


@dataclass(frozen=True)
class Behaviour:
    """How well each method's edges predict behaviour in unseen subjects.

    Attributes
    ----------
    targets
        Columns of the phenotype table, or patterns such as ``FS_*``; none are all columns
        of numbers.
    family_column
        Whose family a subject is of; families stay together in folds and shuffles.
    model
        Of `score_behaviours`.
    folds, seed, repeats, permutations
        Of `CrossValidation`. Where there are fewer subjects (or families) than folds, each is
        a fold of its own, and the notes say so.
    confounds
        Columns that are regressed out inside every fold; those of words by category.
    adjust
        What they are taken out of. Scores are then of the adjusted target.
    null_models
        Whether confounds alone and each subject's mean edge are scored beside the methods.
    """

    name: ClassVar[str] = "behaviour"
    label: ClassVar[str] = "Behaviour"
    description: ClassVar[str] = (
        "How well each method's edges predict behaviour in unseen subjects."
    )
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices", "phenotypes"})

    targets: tuple[str, ...] = ()
    family_column: str | None = None
    model: Literal["kernel_ridge", "cpm", "linear_sgd"] = "kernel_ridge"
    folds: Annotated[int, Field(ge=2)] = 10
    seed: Annotated[int, Field(ge=0)] = 42
    confounds: tuple[str, ...] = ()
    adjust: Literal["target", "target_and_features"] = "target"
    repeats: Annotated[int, Field(ge=1)] = 10
    permutations: Annotated[int, Field(ge=0)] = 1000
    null_models: bool = True

    def score(self, data: ScoreData) -> Scored:
        """Predict every target from every method's edges, cross-validated over subjects.

        Returns
        -------
        scored
            ``scores``: a row per method (or null model, see ``kind``) and target, with the
            columns of `BehaviourTable.scores`, ``q`` and ``star`` (see `scores_table`).
            ``comparison``: from `compare_behaviours`, of methods. ``predictions``: a row per
            method, null model, target and subject, means over repeats. The facts name, among
            others, the null models that were dropped, each with the reason.

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
        # A null model may go without a score: the figure is of methods.
        if not any(each.kind == METHOD and len(each.table.scores) for each in answers):
            why = "; ".join(f"{target}: {reason}" for target, reason in unusable.items())
            raise CohortError(f"no target of the phenotype table can be predicted; {why or 'none'}")
        tables = {
            "scores": scores,
            "comparison": comparison_table(answers),
            "predictions": predictions_table(answers),
        }
        facts = self._facts(data.cohort, question.targets, unusable)
        facts["null models dropped"] = dropped
        notes = _notes(phenotypes, question, unusable)
        return Scored(tables, facts, notes=notes)

    def check_early(self, cohort: Cohort, phenotypes: pd.DataFrame | None) -> EarlyCheck:
        """Say of how many subjects how much would be predicted; see `CheckedEarly`.

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
            _notes(phenotypes, question, unusable),
        )

    def _asked(self, cohort: Cohort, phenotypes: pd.DataFrame) -> tuple["Question", list[str]]:
        """Return what is to be predicted, and a session's key of every subject."""
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
                seen = "".join(f"; {each}" for each in question.family_notes)
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
        """Compare methods target by target, and over all targets."""
        scores = tables["scores"]
        null = scores[scores["kind"] == NULL_MODEL].assign(value=scores["r"])
        columns = ["kind", "method", "value", "lower", "upper", "p"]
        methods = scores[scores["kind"] == METHOD]
        errors = squared_errors(tables["predictions"])
        errors = errors[errors["method"].isin(methods["method"])]
        compared = compare_targets(methods, tables["comparison"], errors)
        for target, each in compared.items():
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
                each,
                beside,
                drawn,
                heading,
                digits=2,
                missing=_why_no_interval(each.scores),
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
        f"Prediction of {what} in unseen subjects is {{best}} by {{who}} (r {{value}})",
        f"No method predicts {what} in unseen subjects: the highest r, of {{who}}, is below 0 "
        "({value}). Of few subjects such an r is no finding: a model that knows no more than the "
        "mean of its training subjects has r below 0, and −1 where each subject is a fold",
    )


def _why_no_interval(scores: pd.DataFrame) -> str:
    few = int(scores["n"].min()) if len(scores) else 0
    if "lower" in scores and few < FEWEST_WITH_INTERVAL and scores["lower"].isna().all():
        return f"an interval needs at least {FEWEST_WITH_INTERVAL} subjects; there are {few}"
    return ""


def _notes(
    phenotypes: pd.DataFrame, question: "Question", unusable: Mapping[str, str]
) -> tuple[str, ...]:
    """Say where there are fewer folds, and which columns aren't predicted."""
    notes = [f"behaviour doesn't predict {target}: {why}" for target, why in unusable.items()]
    settings = question.settings
    if both := [name for name in settings.targets if name in settings.confounds]:
        notes.append(
            f"behaviour doesn't predict {first_few(both, _SHOWN)}: under behaviour.confounds, too, "
            "and taken out of itself a column leaves nothing to predict"
        )
    if settings.confounds:
        notes += confound_notes(phenotypes.loc[question.targets.index], settings.confounds)
    notes += question.family_notes
    days = [name for name in question.targets if may_count_days(question.targets[name])]
    if days := [name for name in days if name not in unusable]:
        notes.append(
            f"{first_few(days, _SHOWN)}: whole numbers from 20000 to 60000, as spreadsheets store "
            "dates; leave out of behaviour.targets what is a date, which is no quantity"
        )
    if question.units < settings.folds:
        notes.append(
            f"behaviour has {question.units} folds in place of {settings.folds} (behaviour.folds): "
            "there are no more subjects, or families, with a target"
        )
    for target in question.targets.columns:
        if target in unusable:
            continue
        notes += far_notes(target, question.targets[target])
        if (left := question.left_of(target)) < _LITTLE:
            notes.append(
                f"confounds explain {1 - left:.1%} of {target}: what is left to be predicted may "
                "be rounding, or how it was measured. Leave it out of behaviour.targets, or the "
                "confound that it is made of out of behaviour.confounds"
            )
        counts = question.targets[target].value_counts()
        if 1 - counts.iloc[0] / counts.sum() < _RARE:
            notes.append(
                f"{target} is {counts.index[0]:g} for {counts.iloc[0]} of {counts.sum()} subjects: "
                "few are left to learn a difference from"
            )
    named = {settings.family_column, *settings.confounds}
    words = [
        str(column)
        for column in phenotypes.select_dtypes(exclude="number").columns
        if column not in named
    ]
    if words and not settings.targets:
        notes.append(
            f"behaviour doesn't predict columns that hold words ({', '.join(words)}): the study's "
            "coding may say which number a word stands for, or its targets name the others"
        )
    return tuple(notes)


@dataclass(frozen=True, eq=False)
class Question:
    """What is to be predicted, of whom, and how.

    Attributes
    ----------
    settings
        Of the score.
    targets
        A row per subject, a column per target; NaN where a subject lacks a confound, since
        the target can't be adjusted.
    confounds
        Of the same subjects, without those that are the same for all; None without any.
    groups
        Family of each subject; None if families aren't known.
    family_notes
        What is to be said of families.
    """

    settings: Behaviour
    targets: pd.DataFrame
    confounds: Confounds | None
    groups: np.ndarray | None
    family_notes: tuple[str, ...] = ()

    @property
    def units(self) -> int:
        """Number of subjects that have a target; of families where they are known."""
        there = self.targets.notna().any(axis=1).to_numpy()
        if self.groups is None:
            return int(there.sum())
        return len({str(group) for group in self.groups[there]})

    @classmethod
    def of(cls, settings: Behaviour, phenotypes: pd.DataFrame) -> "Question":
        """Take targets, confounds and families from the subjects' phenotypes."""
        family = settings.family_column
        identifiers = [*([family] if family is not None else []), *settings.confounds]
        found = target_columns(phenotypes, settings.targets, identifiers, "the phenotype table")
        # Taken out of itself, a confound leaves nothing to predict.
        names = [name for name in found if name not in settings.confounds]
        if found and not names:
            raise CohortError(
                f"behaviour must have a target that is no confound; {first_few(found, _SHOWN)} "
                f"{'is' if len(found) == 1 else 'are'} under behaviour.confounds, too, and taken "
                "out of itself a column leaves nothing to predict. Take it out of one of the two"
            )
        targets = phenotypes[names].astype(float)
        groups = None if family is None else families(phenotypes[family])
        seen = () if family is None else tuple(family_notes(phenotypes[family]))
        if not settings.confounds:
            return cls(settings, targets, None, groups, seen)
        columns = confound_columns(phenotypes, settings.confounds)
        # Who lacks a confound can't be adjusted, and has no target to predict.
        complete = columns.notna().all(axis=1)
        both = settings.adjust == "target_and_features"
        varying = columns.columns[columns[complete].nunique() > 1]
        values = columns[varying].where(complete, 0.0).to_numpy()
        confounds = Confounds(values, from_features=both) if len(varying) else None
        return cls(settings, targets.where(complete, np.nan), confounds, groups, seen)

    def left_of(self, target: str) -> float:
        """Return the share of a target's variance that the confounds leave to be predicted."""
        values = self.targets[target].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if self.confounds is None:
            return 1.0
        return share_left(self.confounds.of(known), values[known])

    def predictable(self, unusable: dict[str, str]) -> list[str]:
        """List the targets that can be predicted; enter the others into `unusable`.

        Raises
        ------
        CohortError
            If there is none.
        """
        patterns = target_patterns(self.targets, unusable, self.confounds)
        found = [name for _, names in patterns for name in names]
        if not found:
            why = "; ".join(f"{target}: {reason}" for target, reason in unusable.items())
            raise CohortError(f"no target of the phenotype table can be predicted; {why or 'none'}")
        return found

    def ask(
        self,
        features: Float[np.ndarray, "subject edge"],
        model: str,
        confounds: Confounds | None,
    ) -> BehaviourTable:
        """Predict all targets from some features."""
        settings = self.settings
        return score_behaviours(
            features,
            self.targets,
            model=model,
            cross_validation=CrossValidation(
                min(settings.folds, self.units),
                settings.repeats,
                settings.seed,
                settings.permutations,
            ),
            confounds=confounds,
            groups=self.groups,
        )


def _answers(
    data: ScoreData, question: Question, sessions: Sequence[str], dropped: dict[str, str]
) -> Iterator[Answer]:
    """Predict with every method and every null model; name the null models that say nothing."""
    settings, confounds = question.settings, question.confounds
    if settings.null_models and confounds is not None:
        # What confounds alone predict of the target as it was measured.
        left = replace(question, targets=question.targets[question.predictable({})])
        alone = left.ask(confounds.values, "least_squares", None)
        yield Answer("null_confounds", NULL_MODEL, alone)
    for method in data.methods:
        stacked = np.stack([data.whole_scan(method.name, key).values for key in sessions])
        features = edge_features(stacked, method.directed)
        yield Answer(method.name, METHOD, question.ask(features, settings.model, confounds))
        if settings.null_models:
            name = f"null_mean_{method.name}"
            why = why_constant(features)
            if not why:
                mean = features.mean(axis=1, keepdims=True)
                found = question.ask(mean, "least_squares", confounds)
                why = why_meaningless(found.scores)
            if why:
                dropped[name] = why
            else:
                yield Answer(name, NULL_MODEL, found)
