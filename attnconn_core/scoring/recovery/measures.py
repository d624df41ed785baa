"""Measures of recovery: which methods find a known network better than chance."""

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
    benchmark: str, scores: pd.DataFrame, table: pd.DataFrame, pooled: Collection[str] = ()
) -> Iterator[Measured]:
    """Compare methods over the data sets of one benchmark, against chance.

    Parameters
    ----------
    benchmark
        The name in the tables.
    scores
        From `recovery_scores`.
    table
        From `summarise_recovery`; rows with a source in ``published`` are published values.
    pooled
        Methods that read all data sets with one model. They are listed and not tested:
        read on many data sets, the model is still one draw, and two random matrices that
        are compared with the same network many times over would each be found to be
        better than chance, or than the other.
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
        # Of other networks than the study's: no column of its table.
        yield Measured(benchmark, label, compared, listed, column="")
