"""The report: one page that holds every score, figure and how they were made."""

import base64
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from attnconn_assets.assets.report.gaps import cohort_numbers, left_out
from attnconn_assets.assets.report.headline_table import headline_notes, headline_table
from attnconn_assets.assets.report.page import rendered
from attnconn_assets.assets.report.provenance import provenance
from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.building.causes import named
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_core.figures import Styles
from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.scoring import METHOD, headline_cells, in_words
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["headline", "make_report"]

# Scores that have a section of their own on the page.
_SECTIONS = ("fingerprint", "forecast_skill", "reliability", "behaviour")

# The tables of the comparison, and the columns that are read where it isn't made.
COMPARISON = "comparison"
_NO_ROW = {
    "verdicts": ("benchmark", "measure", "column", "digits", "unit", "words"),
    "scores": ("benchmark", "measure", "method", "kind"),
}


def headline(cells: pd.DataFrame, fingerprint: pd.DataFrame | None, styles: Styles) -> pd.DataFrame:
    """Return one row per method and forecast, by family: a column per measure.

    Parameters
    ----------
    cells
        From `headline_cells`.
    fingerprint
        The scores of the fingerprint: which matrices come from a model that saw their subject.
        None where there is none.
    styles
        Order, families and labels.

    Returns
    -------
    rows
        ``method``, ``family``, ``label``, ``saw_subject``, ``cohort_informed``, and a column
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
    """Assemble what the scores stored into one page; what isn't made is named with the reason."""
    verdicts, scores = (pd.DataFrame(columns=list(_NO_ROW[name])) for name in _NO_ROW)
    if COMPARISON not in work.lacks:
        verdicts, scores = (work.table(COMPARISON, name) for name in _NO_ROW)
    cells = headline_cells(scores, verdicts)
    warnings = cautions_of(work)
    styles = Styles(work.settings["methods"], warnings)
    words = in_words(cells, verdicts, styles.label, warnings)
    fingerprint = _table(work, "fingerprint", "scores")
    rows = headline(cells, fingerprint, styles)
    asked = ("regions", "granger_order", *(score.name for score in work.settings["scores"]))
    noted = [note for asset in asked for note in _noted(work, asset)]
    notes = headline_notes(cells, fingerprint, styles)
    marks = [*filter(None, styles.explanation(cells["method"]).split("; "))]
    rows["warning"] = [warnings.get(method, "") for method in rows["method"]]
    page = rendered(
        study={"name": work.settings["name"], "title": work.settings["title"]},
        generated=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        design_label=DESIGN_LABELS[work.settings["design"]],
        notice=work.settings["notice"],
        warnings={styles.label(method): why for method, why in warnings.items()},
        provenance=provenance(work, styles, rows),
        table=headline_table(rows, cells),
        words=words,
        marks=marks,
        notes=notes,
        noted=noted,
        verdicts=_verdicts(styles, verdicts),
        not_made=dict(work.lacks),
        left_out=left_out(work, styles),
        **_sections(work, styles),
    )
    return Result(
        tables={"headline": rows, "cells": cells},
        files={"report.html": page},
        facts={
            "words": list(words),
            "notes": [*marks, *notes, *noted],
            "chance": _chance(work),
            "not made": dict(work.lacks),
        },
        warnings=warnings,
    )


def _table(work: Work, asset: str, name: str) -> pd.DataFrame | None:
    return None if asset in work.lacks else work.table(asset, name)


def _facts(work: Work, asset: str) -> Mapping[str, Any]:
    """Read the facts of an asset; none where the study hasn't got it, or it isn't made."""
    there = asset in work.needs and asset not in work.lacks
    return work.facts(asset, WHOLE) if there else {}


def _noted(work: Work, asset: str) -> Sequence[str]:
    """Return what an asset has to say of what it left out, or of what looks wrong."""
    notes: Sequence[str] = _facts(work, asset).get("notes", ())
    return notes


def _sections(work: Work, styles: Styles) -> dict[str, Any]:
    skill = _table(work, "forecast_skill", "scores")
    fingerprint = _fingerprint(work, styles)
    named_ = {score.name for score in work.settings["scores"]}
    behaviour = "behaviour" in named_ and "behaviour" not in work.lacks
    wide = pd.DataFrame()
    every = [row["method"] for row in fingerprint]
    if skill is not None:
        keys = ["subject", "session"]
        wide = skill.pivot(index=keys, columns="method", values="r2").reset_index()
        every += [*skill["method"].unique()]
    return {
        "fingerprint_table": fingerprint,
        "names": {method: styles.label(method) for method in every},
        "cohort": {
            **cohort_numbers(work, skill),
            SUSPICIONS: _facts(work, "cohort").get(SUSPICIONS, {}),
        },
        "figures": _figures(work),
        "known_truth": {
            name: _picture(work, "recovery", "figure.png", name)
            for name in work.settings["networks"]
        },
        "forecast_table": wide.to_dict("records"),
        "cohort_informed": (
            [] if skill is None else _cohort_informed(styles, skill, _others(work))
        ),
        "behaviour_table": _behaviour(work, styles) if behaviour else [],
        "dropped": _dropped(work) if behaviour else {},
        "reliability_table": [] if "reliability" in work.lacks else _reliability(work, styles),
        "other_scores": _other_scores(work, styles),
    }


def _fingerprint(work: Work, styles: Styles) -> list[dict[str, Any]]:
    table = _table(work, "fingerprint", "scores")
    if table is None:
        return []
    by_method = table.set_index("method")
    ordered = by_method.loc[[*styles.sort(by_method.index)]].reset_index()
    return [dict(row) for _, row in ordered.iterrows()]


def _chance(work: Work) -> str:
    """Say how often guessing identifies a subject; nothing where nobody could be compared."""
    if "fingerprint" in work.lacks:
        return ""
    facts = work.facts("fingerprint", WHOLE)
    pools, pairs = facts["pools"], facts["pairs"]
    within = f", each compared within one of {pools} pools" if pools > 1 else ""
    return f"{pools / pairs:.2f} ({pairs} subjects{within})"


def _others(work: Work) -> list[int]:
    """How many others each pool's models learn from; none known without a fingerprint."""
    if "fingerprint" in work.lacks:
        return []
    others: list[int] = _facts(work, "fingerprint")["others"]
    return others


def _cohort_informed(styles: Styles, skill: pd.DataFrame, others: list[int]) -> list[str]:
    """Say whose frames the forecasts rest on that rest on other subjects' too."""
    marked = styles.sort(skill.loc[skill["cohort_informed"], "method"].unique())
    linear = [styles.label(name) for name in marked if name in LINEAR_FORECASTERS]
    methods = [styles.label(name) for name in marked if name not in LINEAR_FORECASTERS]
    every = "every other subject that may train"
    few = "the subjects that trained the cohort's models"
    if others:
        n = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        few = f"the subjects outside the own pool alone ({n})"
    said = ((linear, every), (methods, few))
    return [f"{', '.join(names)}: of {whom}" for names, whom in said if names]


def _dropped(work: Work) -> dict[str, str]:
    """Return which null models of behaviour were dropped, and why."""
    dropped: dict[str, str] = work.facts("behaviour", WHOLE)["null models dropped"]
    return dropped


def _figures(work: Work) -> dict[str, str]:
    figures = {
        "matrices": ("group_mean", "figure.png"),
        "networks": ("group_mean", "networks.png"),
        "fingerprint": ("fingerprint", "figure.png"),
        "forecast": ("forecast_skill", "figure.png"),
        "forecast_scatter": ("forecast_skill", "scatter.png"),
        "reliability": ("reliability", "figure.png"),
        "comparison": (COMPARISON, "figure.png"),
        "behaviour": ("behaviour", "figure.png"),
    }
    needed = {name: where for name, where in figures.items() if where[0] in work.needs}
    return {name: _picture(work, *where) for name, where in needed.items()}


def _reliability(work: Work, styles: Styles) -> list[dict[str, Any]]:
    """Return a row per method, with the ICC of the strongest fifth of its edges."""
    scores, strength = (work.table("reliability", name) for name in ("scores", "by_strength"))
    strongest = strength[strength["part"] == strength["part"].max()].set_index("method")["icc"]
    return [
        {
            **dict(row),
            "name": styles.label(row["method"]),
            "icc_strongest": strongest.get(row["method"], float("nan")),
        }
        for _, row in scores.iterrows()
    ]


def _behaviour(work: Work, styles: Styles) -> list[dict[str, Any]]:
    scores = work.table("behaviour", "scores")
    methods = scores[scores["kind"] == METHOD].set_index("method")
    ordered = methods.loc[[*styles.sort(methods.index.unique())]].reset_index()
    return [dict(row) for _, row in ordered.iterrows()]


def _other_scores(work: Work, styles: Styles) -> list[dict[str, Any]]:
    """Every score without a section of its own: its figure, and a row per method."""
    found = []
    for score in work.settings["scores"]:
        if score.name in _SECTIONS:
            continue
        if score.name in work.lacks:
            about = {"description": score.description, "figure": "", "columns": [], "rows": []}
            found.append({"name": score.name, "label": score.label, **about})
            continue
        means = (
            work.table(score.name, "scores").groupby("method", sort=False).mean(numeric_only=True)
        )
        found.append(
            {
                "name": score.name,
                "label": score.label,
                "description": score.description,
                "figure": _picture(work, score.name, "figure.png"),
                "columns": list(means.columns),
                "rows": [
                    {"name": styles.label(str(method)), "values": row.tolist()}
                    for method, row in means.iterrows()
                ],
            }
        )
    return found


def _verdicts(styles: Styles, table: pd.DataFrame) -> list[dict[str, str]]:
    """Say of every benchmark who leads, by the names that people read."""
    return [
        {
            "benchmark": row["benchmark"],
            "measure": row["measure"],
            "leaders": ", ".join(styles.label(name) for name in row["leaders"].split(", ") if name)
            or "nobody",
            "n": f"{row['n']} {row['unit']}",
            "verdict": row["verdict"],
        }
        for _, row in table.iterrows()
    ]


def _picture(work: Work, asset: str, name: str, partition: str = WHOLE) -> str:
    if named(asset, partition) in work.lacks:
        return ""
    entry = work.entry(asset, partition)
    if name not in entry.files:
        return ""  # an atlas without groups has no picture of them
    return base64.b64encode(work.path(entry, name).read_bytes()).decode("ascii")
