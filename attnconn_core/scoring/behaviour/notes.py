"""What is to be said of a question of behaviour: targets left out, folds, doubtful columns."""

from collections.abc import Mapping

import pandas as pd

from attnconn_core.scoring.behaviour.column_notes import confound_notes, far_notes
from attnconn_core.scoring.behaviour.question import Question
from attnconn_core.sources import may_count_days
from attnconn_core.wording import first_few

__all__ = ["notes_of"]

_SHOWN = 5
_RARE = 0.1  # of the subjects: fewer differ from all others in a target by themselves
_LITTLE = 0.1  # of a target: what confounds leave of it is hardly the target any more


def notes_of(
    phenotypes: pd.DataFrame, question: Question, unusable: Mapping[str, str]
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
        there = phenotypes.loc[question.targets.index]
        notes += confound_notes(there, settings.confounds, settings.categories)
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
