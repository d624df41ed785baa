"""The tables of behaviour: what every method and null model predicted, joined."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from attnconn_core.scoring.behaviour.comparison import compare_behaviours
from attnconn_core.scoring.behaviour.table import BehaviourTable
from attnconn_core.scoring.comparison.measured import METHOD
from attnconn_core.scoring.comparison.paired_tests import false_discovery

__all__ = [
    "Answer",
    "comparison_table",
    "predictions_table",
    "scores_table",
    "unusable_targets",
]


@dataclass(frozen=True, eq=False)
class Answer:
    """What one method or null model predicted.

    Attributes
    ----------
    name
        Of the method or null model.
    kind
        `METHOD` or `NULL_MODEL`.
    table
        From `score_behaviours`.
    """

    name: str
    kind: str
    table: BehaviourTable


def scores_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return a row per method or null model and target, with q over its targets."""
    tables = []
    for answer in answers:
        if len(answer.table.scores):
            scores = answer.table.scores
            scores = scores.assign(q=false_discovery(scores["p"].to_numpy()))
            scores.insert(0, "kind", answer.kind)
            scores.insert(0, "method", answer.name)
            tables.append(scores)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def comparison_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Compare methods; a null model of confounds is scored on another target."""
    folds = [each.table.folds.assign(method=each.name) for each in answers if each.kind == METHOD]
    return compare_behaviours(pd.concat(folds))


def predictions_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return means over repeats, of every method, null model, target and subject."""
    whole = pd.concat([each.table.predictions.assign(method=each.name) for each in answers])
    means = whole.groupby(["method", "target", "subject"], sort=False)[["predicted", "measured"]]
    return means.mean().reset_index()


def unusable_targets(answers: Sequence[Answer]) -> dict[str, str]:
    """Return why targets have no score, by target."""
    return {name: why for each in answers for name, why in each.table.unusable.items()}
