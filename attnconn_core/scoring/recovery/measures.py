"""Measures of recovery: which methods find the ground truth better than chance."""

from collections.abc import Collection, Iterator

import pandas as pd

from attnconn_core.scoring.comparison.measured import (
    NULL_MODEL,
    PUBLISHED_VALUE,
    SHARED_MODEL,
    Measured,
)
from attnconn_core.scoring.comparison.verdicts import compare_on_units
from attnconn_core.scoring.recovery.table import CHANCE, NULL_ROWS

__all__ = ["recovery_measures"]

_MEASURES = {
    "auprc_undirected": "detection (AUPRC, either way)",
    "auprc": "detection and direction (AUPRC)",
    "orientation": "direction of one-way edges",
}
_PUBLISHED = "published"


def recovery_measures(
    name: str, scores: pd.DataFrame, table: pd.DataFrame, pooled: Collection[str] = ()
) -> Iterator[Measured]:
    """Compare methods over data sets with ground truth, against chance.

    Parameters
    ----------
    name
        Name of the group of data sets in the tables.
    scores
        Table from `recovery_scores`.
    table
        Table from `summarise_recovery`; values with a source in ``published`` are published ones.
    pooled
        Methods that read all data sets with one model. They are listed but not tested:
        on many data sets the model is still a single draw. If the same random matrix is
        compared many times with the same graph, the test would report it as better than chance
        or than another random matrix.
    """
    untested = {*NULL_ROWS, *pooled}
    methods = [name for name in scores["method"].unique() if name not in untested]
    for measure, label in _MEASURES.items():
        values = scores.pivot(index="data_set", columns="method", values=measure)
        estimated = values.drop(columns=list(NULL_ROWS))
        if values[CHANCE].isna().all() or estimated.isna().all(axis=None):
            continue
        beside = table.assign(value=table[measure], kind=NULL_MODEL)
        beside.loc[table["method"].isin(pooled), "kind"] = SHARED_MODEL
        if _PUBLISHED in table:
            beside.loc[table[_PUBLISHED].notna(), "kind"] = PUBLISHED_VALUE
        known = ~beside["method"].isin(methods) & beside["value"].notna()
        compared = compare_on_units(values[methods], values[CHANCE], "data sets")
        listed = beside.loc[known, ["kind", "method", "value"]]
        # Not the study's own data: no column of the table of all methods.
        yield Measured(name, label, compared, listed, column="")
