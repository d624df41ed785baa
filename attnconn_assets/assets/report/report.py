"""The report: one page that holds every score, figure and how they were made."""

import base64
import datetime
from typing import Any

import pandas as pd

from attnconn_assets.assets.report.headline_table import headline_table
from attnconn_assets.assets.report.page import rendered
from attnconn_assets.assets.report.provenance import provenance
from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_core.figures import Styles
from attnconn_core.scoring import METHOD, headline_cells, in_words
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["headline", "make_report"]

# Scores that have a section of their own on the page.
_SECTIONS = ("fingerprint", "forecast_skill", "reliability", "behaviour")


def headline(cells: pd.DataFrame, fingerprint: pd.DataFrame, styles: Styles) -> pd.DataFrame:
    """Return one row per method and forecast, by family: a column per measure.

    Parameters
    ----------
    cells
        From `headline_cells`.
    fingerprint
        The scores of the fingerprint: which matrices come from a model that saw their subject.
    styles
        Order, families and labels.

    Returns
    -------
    rows
        ``method``, ``family``, ``label``, ``saw_subject``, and a column per heading.
    """
    wide = cells.pivot_table(index="method", columns="column", values="value", sort=False)
    wide = wide.reindex([*styles.sort(wide.index)])[[*dict.fromkeys(cells["column"])]]
    seen = fingerprint.set_index("method")["saw_subject"].reindex(wide.index)
    wide.insert(0, "saw_subject", seen)
    wide.insert(0, "label", [styles.label(method) for method in wide.index])
    wide.insert(0, "family", [styles.family(method) for method in wide.index])
    return wide.rename_axis(columns=None).reset_index()


def make_report(work: Work) -> Result:
    """Assemble what the scores stored into one page."""
    verdicts = work.table("comparison", "verdicts")
    cells = headline_cells(work.table("comparison", "scores"), verdicts)
    warnings = cautions_of(work)
    styles = Styles(work.settings["methods"], warnings)
    words = in_words(cells, verdicts, styles.label)
    rows = headline(cells, work.table("fingerprint", "scores"), styles)
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
        verdicts=_verdicts(styles, verdicts),
        **_sections(work, styles),
    )
    return Result(
        tables={"headline": rows, "cells": cells},
        files={"report.html": page},
        facts={"words": list(words)},
        warnings=warnings,
    )


def _sections(work: Work, styles: Styles) -> dict[str, Any]:
    skill = work.table("forecast_skill", "scores")
    wide = skill.pivot(index=["subject", "session"], columns="method", values="r2").reset_index()
    fingerprint = work.table("fingerprint", "scores").set_index("method")
    fingerprint = fingerprint.loc[[*styles.sort(fingerprint.index)]].reset_index()
    facts = work.facts("fingerprint", WHOLE)
    named = {score.name for score in work.settings["scores"]}
    every = [*fingerprint["method"], *skill["method"].unique()]
    return {
        "fingerprint_table": [dict(row) for _, row in fingerprint.iterrows()],
        "names": {method: styles.label(method) for method in every},
        "cohort": {
            "n_subjects": skill["subject"].nunique(),
            "n_sessions": facts["sessions"],
            "n_pairs": facts["pairs"],
            "n_pools": facts["pools"],
            "excluded": facts["excluded"],
            "unpaired": facts["unpaired"],
            SUSPICIONS: work.facts("cohort", WHOLE).get(SUSPICIONS, {}),
        },
        "figures": _figures(work, "behaviour" in named),
        "known_truth": {
            name: _picture(work, "recovery", "figure.png", name)
            for name in work.settings["networks"]
        },
        "forecast_table": wide.to_dict("records"),
        "cohort_informed": _cohort_informed(styles, skill),
        "behaviour_table": _behaviour(work, styles) if "behaviour" in named else [],
        "dropped": _dropped(work) if "behaviour" in named else {},
        "reliability_table": _reliability(work, styles),
        "other_scores": _other_scores(work, styles),
    }


def _cohort_informed(styles: Styles, skill: pd.DataFrame) -> list[str]:
    """Return the labels of what forecasts a session from other subjects' data too."""
    marked = skill.loc[skill["cohort_informed"], "method"].unique()
    return [styles.label(name) for name in styles.sort(marked)]


def _dropped(work: Work) -> dict[str, str]:
    """Return which null models of behaviour were dropped, and why."""
    dropped: dict[str, str] = work.facts("behaviour", WHOLE)["null models dropped"]
    return dropped


def _figures(work: Work, behaviour: bool) -> dict[str, str]:
    figures = {
        "matrices": ("group_mean", "figure.png"),
        "networks": ("group_mean", "networks.png"),
        "fingerprint": ("fingerprint", "figure.png"),
        "forecast": ("forecast_skill", "figure.png"),
        "forecast_scatter": ("forecast_skill", "scatter.png"),
        "reliability": ("reliability", "figure.png"),
        "comparison": ("comparison", "figure.png"),
    }
    if behaviour:
        figures["behaviour"] = ("behaviour", "figure.png")
    return {name: _picture(work, *where) for name, where in figures.items()}


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
    entry = work.entry(asset, partition)
    if name not in entry.files:
        return ""  # an atlas without groups has no picture of them
    return base64.b64encode(work.path(entry, name).read_bytes()).decode("ascii")
