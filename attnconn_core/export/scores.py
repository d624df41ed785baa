"""Scores of a whole study as one tidy table, in CSV and Parquet, and the contrast of groups."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from attnconn_core.connectivity.method import Method
from attnconn_core.export.exported import ExportedStudy, Software
from attnconn_core.export.tested_edges import contrast_files
from attnconn_core.export.writing import described, json_bytes
from attnconn_core.scoring import with_score_column

__all__ = ["score_files", "tidy_scores"]

_OF_WHAT = ["score", "measure"]
_FIRST = [*_OF_WHAT, "method", "label", "family", "kind", "value", "lower", "upper", "n", "unit"]

_COLUMNS = {
    "score": "Name of the score, or of the data sets with known truth",
    "measure": "What is measured",
    "method": "Name of the method, null model or reference",
    "label": "Label of the method in figures; n/a where no method of connectivity is scored",
    "family": "Family of the method",
    "kind": "method: a method of the study, tested against the others. null model: chance, or what "
    "is predicted without connectivity. reference: what methods are tested against. published: a "
    "value from the literature. one model of all data sets: a single draw, not tested",
    "value": "The measure",
    "lower": "Lower end of the 95 % interval",
    "upper": "Upper end of the 95 % interval",
    "n": "Number of units that the value rests on",
    "unit": "What n counts, such as subjects",
    "reference": "Value without information, that the method is tested against; its mean where it "
    "differs between units",
    "above_lower": "Lower end of the 95 % interval of the difference from the reference, where "
    "that differs between units",
    "r2": "R² of the prediction, for scores whose value is r",
    "p": "p of the test against the reference",
    "p_corrected": "p, corrected for the number of methods (and targets of behaviour)",
    "cohort_informed": "Whether the matrices rest on data of other subjects",
    "warning": "Why the matrices must not be interpreted; empty if there is no reason",
}


def tidy_scores(
    scores: pd.DataFrame, verdicts: pd.DataFrame, methods: Iterable[Method]
) -> pd.DataFrame:
    """Return one row per score, measure and method.

    Parameters
    ----------
    scores, verdicts
        Tables of the comparison of the study; see `attnconn_core.scoring.join_measures`.
    methods
        All methods that may be scored, for their labels.

    Returns
    -------
    table
        ``score``, ``measure``, ``method`` with its ``label`` and ``family``, ``kind`` of row,
        ``value`` with the interval ``lower`` to ``upper``, ``n`` and its ``unit``; then the value
        that it is tested against (``reference``), ``p`` and ``p_corrected``, whether it is
        ``cohort_informed``, and a ``warning`` if the method must not be interpreted.
    """
    scores, verdicts = with_score_column(scores), with_score_column(verdicts)
    units = verdicts[[*_OF_WHAT, "unit"]].drop_duplicates(_OF_WHAT)
    table = scores.merge(units, "left", _OF_WHAT)
    known = {method.name: method for method in methods}
    for name in ("label", "family"):
        table[name] = [
            getattr(known[method], name) if method in known else None for method in table["method"]
        ]
    return table[[*_FIRST, *(name for name in table if name not in _FIRST)]]


def score_files(study: ExportedStudy) -> Iterator[tuple[str, bytes]]:
    """Yield ``scores.csv`` and ``.parquet`` with their sidecar, if exported, and any contrast."""
    yield from contrast_files(study)
    if study.scores is None:
        return
    yield "scores.csv", study.scores.to_csv(index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    study.scores.to_parquet(buffer, index=False)
    yield "scores.parquet", buffer.getvalue()
    yield "scores.json", json_bytes(_about_scores(study.scores, study.software))


def _about_scores(scores: pd.DataFrame, software: Software) -> dict[str, Any]:
    return {
        "Description": "Scores of all methods, one row per score, measure and method",
        **described({name: _COLUMNS[name] for name in scores if name in _COLUMNS}),
        "SoftwareName": software.name,
        "SoftwareVersion": software.version,
    }
