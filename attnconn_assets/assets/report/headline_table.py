"""The table of all methods, for the page and for the command line."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from attnconn_core.figures import Styles
from attnconn_core.scoring import with_score_column
from attnconn_core.wording import number

__all__ = ["alike_notes", "headline_notes", "headline_table", "headline_text", "scores_text"]

# r of different subjects from which agreement between halves says nothing of the subject.
_ALIKE = 0.9


def headline_table(rows: pd.DataFrame, cells: pd.DataFrame) -> dict[str, Any]:
    """Return columns and rows for the page.

    Parameters
    ----------
    rows
        One row per method: ``method``, ``family`` and ``label``, in order.
    cells
        From `headline_cells`.

    Returns
    -------
    table
        ``groups``: scores with their number of columns. ``columns``: ``title``, ``n``, and
        ``missing``, the reason for missing values. ``families``: name → rows, each with
        ``name`` and ``cells``.
    """
    columns = _columns(cells)
    of = {(str(c["method"]), str(c["column"])): dict(c) for _, c in cells.iterrows()}
    families: dict[str, list[dict[str, Any]]] = {}
    for _, row in rows.iterrows():
        own = [of.get((str(row["method"]), title)) for title in columns["title"]]
        families.setdefault(str(row["family"]), []).append({"name": row["label"], "cells": own})
    groups = columns.groupby("score", sort=False).size()
    return {
        "groups": [(str(name), int(count)) for name, count in groups.items()],
        "columns": columns.to_dict("records"),
        "families": families,
    }


def headline_text(rows: pd.DataFrame, cells: pd.DataFrame) -> str:
    """Return the table as text: one line per method; a star marks the winner of a column.

    n counts subjects unless another unit is given.
    """
    columns = _columns(cells)
    of = {(str(c["method"]), str(c["column"])): c for _, c in cells.iterrows()}
    lines = [["", *columns["title"]], ["", *columns["n"].str.removesuffix(" subjects")]]
    family = ""
    for _, row in rows.iterrows():
        if row["family"] != family:
            family = str(row["family"])
            lines.append([family])
        own = (of.get((str(row["method"]), title)) for title in columns["title"])
        lines.append([f"  {row['label']}", *map(_written, own)])
    first = max(len(line[0]) for line in lines)
    widths = [max(len(line[n]) for line in lines if len(line) > 1) for n in range(1, len(lines[0]))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(first), *(c.rjust(w) for c, w in zip(line[1:], widths, strict=False))]
        ).rstrip()
        for line in lines
    )


def scores_text(
    design: str, rows: pd.DataFrame, cells: pd.DataFrame, facts: Mapping[str, Any]
) -> str:
    """Return the table as text, followed by notes, sentences and warnings.

    Parameters
    ----------
    design
        Label of the study's design, for the heading.
    rows, cells
        As for `headline_table`; ``warning`` is why a method must not be interpreted.
    facts
        Facts of the report: ``chance``, ``notes`` and ``words``.
    """
    paragraphs = [f"Scores ({design})", headline_text(rows, cells)]
    if cells.empty:
        paragraphs = ["No score compares the methods; the report gives the reasons"]
    paragraphs.append(f"Identification by chance: {facts['chance']}" if facts["chance"] else "")
    paragraphs.append("\n".join(facts["notes"]))
    if cells["best"].any():
        paragraphs.append("* better than every other method, tested and corrected for their number")
    paragraphs.append("\n".join(facts["words"]))
    warned = rows[rows["warning"] != ""]
    paragraphs += map("{}: {}".format, warned["label"], warned["warning"])
    return "\n\n".join(filter(None, paragraphs))


def headline_notes(
    cells: pd.DataFrame, fingerprint: pd.DataFrame | None, styles: Styles
) -> list[str]:
    """Return the notes below the table: reasons for missing values, and shares of other subjects.

    Parameters
    ----------
    cells
        From `headline_cells`.
    fingerprint
        Scores of the fingerprint, with the share of other subjects' data in each method's
        matrices; None if not made.
    styles
        Labels of the methods, with their marks.
    """
    columns = _columns(cells)
    missing = columns[columns["missing"] != ""]
    shares = pd.Series(dtype=float)
    if fingerprint is not None:
        shares = fingerprint.set_index("method")["cohort_share"].dropna()
    return [
        *(
            f"{title}: {why}"
            for title, why in zip(missing["title"], missing["missing"], strict=True)
        ),
        *(f"{styles.label(str(name))}: {_taken(share)}" for name, share in shares.items()),
        *_trained_on(fingerprint, styles),
    ]


def _trained_on(fingerprint: pd.DataFrame | None, styles: Styles) -> Iterator[str]:
    """Yield notes on methods of which only some subjects trained the model that reads them."""
    if fingerprint is None:
        return
    for name, share in fingerprint.set_index("method")["saw_subject"].dropna().items():
        if 0 < share < 1:
            yield (
                f"{styles.label(str(name))}: {share:.0%} of the matrices are of subjects that "
                "trained the model that reads them, and all scores rest on these, too"
            )


def alike_notes(reliability: pd.DataFrame | None, styles: Styles) -> list[str]:
    """Return notes on methods that give all subjects nearly the same matrix.

    Parameters
    ----------
    reliability
        Scores of reliability; None if not made.
    styles
        Labels of the methods, with their marks.
    """
    if reliability is None:
        return []
    alike = reliability[reliability["others_r"] >= _ALIKE]
    return [
        f"{styles.label(str(row['method']))}: matrices of different subjects correlate by "
        f"{number(row['others_r'], 3)}, so a high r between seeds or halves is not specific to "
        "the subject"
        for _, row in alike.iterrows()
    ]


def _taken(share: float) -> str:
    if share == 0:
        return "uses no data of other subjects (λ = 0): its matrices are those of the session alone"
    return f"{share:.0%} of a matrix comes from other subjects, on average"


def _columns(cells: pd.DataFrame) -> pd.DataFrame:
    """Return ``score``, ``title``, ``n`` and ``missing`` of every column."""
    columns = with_score_column(cells).groupby(["score", "column"], sort=False)
    return pd.DataFrame(
        [
            {
                "score": score,
                "title": column,
                "n": _units(own["n"], own["unit"].iloc[0]),
                "missing": own["missing"].iloc[0],
            }
            for (score, column), own in columns
        ],
        columns=["score", "title", "n", "missing"],
    )


def _units(n: pd.Series, unit: str) -> str:
    known = n.dropna().astype(int)
    if known.empty:
        return ""
    fewest, most = known.min(), known.max()
    return f"n = {fewest} {unit}" if fewest == most else f"n = {fewest} to {most} {unit}"


def _written(cell: pd.Series | None) -> str:
    if cell is None or not np.isfinite(cell["value"]):
        return "–"
    value = number(cell["value"], cell["digits"])
    return f"{value} *" if cell["best"] else value
