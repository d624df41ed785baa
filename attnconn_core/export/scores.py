"""Scores of a whole study as one tidy table, in CSV and Parquet, and the contrast of groups."""

import io
from collections.abc import Iterable, Iterator

import pandas as pd

from attnconn_core.connectivity.method import Method
from attnconn_core.export.exported import ExportedStudy
from attnconn_core.export.tested_edges import contrast_files
from attnconn_core.scoring import with_score_column

__all__ = ["score_files", "tidy_scores"]

_OF_WHAT = ["score", "measure"]
_FIRST = [*_OF_WHAT, "method", "label", "family", "kind", "value", "lower", "upper", "n", "unit"]


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
    """Yield ``scores.csv`` and ``scores.parquet``, if scores are exported, and any contrast."""
    yield from contrast_files(study)
    if study.scores is None:
        return
    yield "scores.csv", study.scores.to_csv(index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    study.scores.to_parquet(buffer, index=False)
    yield "scores.parquet", buffer.getvalue()
