"""The report: one page that holds every score, figure and how they were made."""

import datetime
from collections.abc import Sequence
from typing import Any

import pandas as pd
import yaml

from attnconn_assets.assets.report.gaps import left_out
from attnconn_assets.assets.report.headline_table import alike_notes, headline_notes, headline_table
from attnconn_assets.assets.report.limits import limits
from attnconn_assets.assets.report.page import rendered
from attnconn_assets.assets.report.provenance import provenance
from attnconn_assets.assets.report.reading import facts_of, table_of
from attnconn_assets.assets.report.sections import COMPARISON, sections
from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.figures import Styles
from attnconn_core.scoring import headline_cells, in_words, with_score_column
from attnconn_core.sources import DESIGN_LABELS, SCAN_NAMES

__all__ = ["headline", "make_report"]

# Columns of the comparison's tables, which are empty where there is no comparison.
_NO_ROW = {
    "verdicts": ("score", "measure", "column", "digits", "unit", "words"),
    "scores": ("score", "measure", "method", "kind"),
}


def headline(cells: pd.DataFrame, fingerprint: pd.DataFrame | None, styles: Styles) -> pd.DataFrame:
    """Return one row per method and forecaster, by family, and one column per measure.

    Parameters
    ----------
    cells
        From `headline_cells`.
    fingerprint
        The fingerprint's scores, whose ``saw_subject`` says whether a method's models were
        trained on the subject; None without a fingerprint.
    styles
        Order, families and labels.

    Returns
    -------
    rows
        ``method``, ``family``, ``label``, ``saw_subject``, ``cohort_informed``, and one column
        per heading.
    """
    wide = cells.pivot_table(
        index="method", columns="column", values="value", sort=False, dropna=False
    )
    wide = wide.reindex([*styles.sort(wide.index)])[[*dict.fromkeys(cells["column"])]]
    seen: Any = float("nan")
    if fingerprint is not None:
        seen = fingerprint.set_index("method")["saw_subject"].reindex(wide.index)
    wide.insert(0, "cohort_informed", wide.index.isin(styles.cohort_informed))
    wide.insert(0, "saw_subject", seen)
    wide.insert(0, "label", [styles.label(method) for method in wide.index])
    wide.insert(0, "family", [styles.family(method) for method in wide.index])
    return wide.rename_axis(columns=None).reset_index()


def make_report(work: Work) -> Result:
    """Assemble all stored scores into one page; missing scores are listed with the reason."""
    verdicts, scores = (pd.DataFrame(columns=list(_NO_ROW[name])) for name in _NO_ROW)
    if COMPARISON not in work.lacks:
        verdicts, scores = (with_score_column(work.table(COMPARISON, name)) for name in _NO_ROW)
    cells = headline_cells(scores, verdicts)
    warnings = cautions_of(work)
    styles = Styles(work.settings["methods"], warnings)
    pairs, tested = _tables(work)
    words = in_words(cells, verdicts, styles.label, warnings, pairs)
    fingerprint = table_of(work, "fingerprint", "scores")
    rows = headline(cells, fingerprint, styles)
    asked = ("regions", "granger_order", *(score.name for score in work.settings["scores"]))
    to_check = [note for asset in asked for note in _notes_of(work, asset)]
    notes = headline_notes(cells, fingerprint, styles)
    notes += alike_notes(table_of(work, "reliability", "scores"), styles)
    without = left_out(work, styles)
    to_check += [
        f"The scores are compared without {name}, because {why}"
        for name, why in without.get(COMPARISON, {}).items()
    ]
    content = sections(work, styles)
    notes += [content["cohort_informed"]] if content["cohort_informed"] else []
    marks = styles.meanings(cells["method"])
    rows["warning"] = [warnings.get(method, "") for method in rows["method"]]
    page = rendered(
        study={"name": work.settings["name"], "title": work.settings["title"]},
        generated=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        design_label=DESIGN_LABELS[work.settings["design"]],
        scans=dict(zip(("first", "second"), SCAN_NAMES[work.settings["design"]], strict=True)),
        limits=limits(pairs, tested),
        study_keys=yaml.safe_dump(work.settings["study"], sort_keys=False, allow_unicode=True),
        notice=work.settings["notice"],
        begins_linear=work.settings["begins_linear"],
        warnings={styles.label(method): why for method, why in warnings.items()},
        provenance=provenance(work, styles, rows),
        table=headline_table(rows, cells),
        words=words,
        marks=marks,
        notes=notes,
        to_check=to_check,
        verdicts=_verdicts(styles, verdicts),
        not_made=dict(work.lacks),
        left_out=without,
        **content,
    )
    return Result(
        tables={"headline": rows, "cells": cells},
        files={"report.html": page},
        facts={
            "words": list(words),
            "notes": [*marks, *notes, *to_check],
            "chance": _chance(work),
            "not made": dict(work.lacks),
        },
        warnings=warnings,
    )


def _tables(work: Work) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pairs and the verdicts of the comparison; empty if it isn't made."""
    if COMPARISON in work.lacks:
        return pd.DataFrame(), pd.DataFrame()
    pairs, verdicts = (work.table(COMPARISON, name) for name in ("pairs", "verdicts"))
    return with_score_column(pairs), with_score_column(verdicts)


def _notes_of(work: Work, asset: str) -> Sequence[str]:
    """Return an asset's notes on omissions and possible errors."""
    notes: Sequence[str] = facts_of(work, asset).get("notes", ())
    return notes


def _chance(work: Work) -> str:
    """Return the chance level of identification in words; empty without a fingerprint."""
    if "fingerprint" in work.lacks:
        return ""
    facts = work.facts("fingerprint", WHOLE)
    pools, pairs = facts["pools"], facts["pairs"]
    within = f", each compared within one of {pools} pools" if pools > 1 else ""
    return f"{pools / pairs:.2f} ({pairs} subjects{within})"


def _verdicts(styles: Styles, table: pd.DataFrame) -> list[dict[str, str]]:
    """Return one row per score and measure for the page, with labels of the leaders."""
    return [
        {
            "score": row["score"],
            "measure": row["measure"],
            "leaders": ", ".join(styles.label(name) for name in row["leaders"].split(", ") if name)
            or "nobody",
            "n": f"{row['n']} {row['unit']}",
            "verdict": row["verdict"],
        }
        for _, row in table.iterrows()
    ]
