"""Notes of the behaviour score: targets left out, fewer folds, doubtful columns."""

from collections.abc import Mapping

import pandas as pd

from attnconn_core.scoring.behaviour.column_notes import confound_notes, far_notes
from attnconn_core.scoring.behaviour.question import Question
from attnconn_core.scoring.behaviour.settings import BehaviourSettings
from attnconn_core.sources import may_count_days
from attnconn_core.wording import first_few

__all__ = ["notes_of"]

_SHOWN = 5
_RARE = 0.1  # share of subjects who differ from the most common value; below it, a note
_LITTLE = 0.1  # share of a target's variance that confounds leave; below it, a note


def notes_of(
    phenotypes: pd.DataFrame, question: Question, unusable: Mapping[str, str]
) -> tuple[str, ...]:
    """Return notes on a smaller number of folds and on columns that aren't predicted."""
    notes = [f"behaviour doesn't predict {target}: {why}" for target, why in unusable.items()]
    settings = question.settings
    if both := [name for name in settings.targets if name in settings.confounds]:
        notes.append(
            f"behaviour doesn't predict {first_few(both, _SHOWN)}: a column that is also under "
            "behaviour.confounds leaves nothing to predict when it is regressed out of itself"
        )
    if settings.confounds:
        there = phenotypes.loc[question.targets.index]
        notes += confound_notes(there, settings.confounds, settings.categories)
    notes += question.family_notes
    days = [name for name in question.targets if may_count_days(question.targets[name])]
    if days := [name for name in days if name not in unusable]:
        notes.append(
            f"{first_few(days, _SHOWN)}: whole numbers from 20000 to 60000, as spreadsheets store "
            "dates; leave dates out of behaviour.targets, since a date is no quantity"
        )
    if question.units < settings.folds:
        notes.append(
            f"behaviour uses {question.units} folds instead of {settings.folds} (behaviour.folds): "
            f"only {question.units} subjects (or families) have a value to predict"
        )
    for target in question.targets.columns:
        if target in unusable:
            continue
        notes += far_notes(target, question.targets[target])
        if (left := question.left_of(target)) < _LITTLE:
            notes.append(
                f"confounds explain {1 - left:.1%} of {target}: the rest, which is predicted, may "
                "be rounding or measurement error. Leave it out of behaviour.targets, or leave the "
                "confound that it is computed from out of behaviour.confounds"
            )
        counts = question.targets[target].value_counts()
        if 1 - counts.iloc[0] / counts.sum() < _RARE:
            notes.append(
                f"{target} is {counts.index[0]:g} for {counts.iloc[0]} of {counts.sum()} subjects: "
                "few subjects differ, so a model has little to learn from"
            )
    return (*notes, *_notes_on_words(phenotypes, settings))


def _notes_on_words(phenotypes: pd.DataFrame, settings: BehaviourSettings) -> list[str]:
    """Return notes on columns that hold words: families that aren't used, and others."""
    named = {settings.family_column, *settings.confounds}
    words = [
        str(column)
        for column in phenotypes.select_dtypes(exclude="number").columns
        if column not in named
    ]
    notes = []
    if settings.family_column is None:
        families = [column for column in words if "family" in column.lower()]
        words = [column for column in words if column not in families]
        if families:
            notes.append(
                f"{first_few(families, _SHOWN)}: if it names families, set "
                f"behaviour.family_column to {families[0]}, so that a model isn't tested on "
                "relatives of the subjects that it learned from"
            )
    if words and not settings.targets:
        notes.append(
            f"behaviour doesn't predict columns that hold words ({', '.join(words)}): the study's "
            "coding may give each word a number, or its targets name only columns of numbers"
        )
    return notes
