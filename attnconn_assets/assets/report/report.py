"""The report: one page that holds every score, figure and how they were made."""

import base64
import datetime
from typing import Any

import pandas as pd

from attnconn_assets.assets.report.page import rendered
from attnconn_assets.assets.report.provenance import provenance
from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.figures import Styles
from attnconn_core.scoring import METHOD
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["headline", "make_report"]

# Scores that have a section of their own on the page.
_SECTIONS = ("fingerprint", "forecast_skill", "reliability", "behaviour")


def headline(fingerprint: pd.DataFrame, lengths: pd.DataFrame, skill: pd.DataFrame) -> pd.DataFrame:
    """One row per method: how it identifies, by how much, from how little, what it forecasts.

    Returns
    -------
    Columns of the fingerprint's scores, ``accuracy at <n>`` for every scan length, and
    ``r2``: the mean over sessions of the mean per-region R² on test frames, NaN for methods
    that don't forecast.
    """
    at = lengths.pivot(index="method", columns="frames", values="accuracy")
    at.columns = [f"accuracy at {frames}" for frames in at.columns]
    r2 = skill.groupby("method")["r2"].mean()
    return fingerprint.join(at, on="method").join(r2, on="method")


def make_report(work: Work) -> Result:
    """Assemble what the scores stored into one page."""
    lengths = work.table("fingerprint", "accuracy_by_frames")
    skill = work.table("forecast_skill", "scores")
    rows = headline(work.table("fingerprint", "scores"), lengths, skill)
    warnings = cautions_of(work)
    rows["warning"] = [warnings.get(method, "") for method in rows["method"]]
    styles = Styles(work.settings["methods"], warnings)
    sections = _sections(work, styles, rows, lengths, skill)
    page = rendered(
        study={"name": work.settings["name"], "title": work.settings["title"]},
        generated=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        design_label=DESIGN_LABELS[work.settings["design"]],
        notice=work.settings["notice"],
        warnings={styles.label(method): why for method, why in warnings.items()},
        provenance=provenance(work, styles, rows),
        **sections,
    )
    return Result(tables={"headline": rows}, files={"report.html": page}, warnings=warnings)


def _sections(
    work: Work, styles: Styles, rows: pd.DataFrame, lengths: pd.DataFrame, skill: pd.DataFrame
) -> dict[str, Any]:
    wide = skill.pivot(index=["subject", "session"], columns="method", values="r2").reset_index()
    facts = work.facts("fingerprint", WHOLE)
    named = {score.name for score in work.settings["scores"]}
    return {
        "headline": [_shown(styles, dict(row), lengths) for _, row in rows.iterrows()],
        "names": {method: styles.label(method) for method in skill["method"].unique()},
        "lengths": sorted(lengths["frames"].unique().tolist()),
        "cohort": {
            "n_subjects": skill["subject"].nunique(),
            "n_sessions": facts["sessions"],
            "n_pairs": facts["pairs"],
            "n_pools": facts["pools"],
            "excluded": facts["excluded"],
            "unpaired": facts["unpaired"],
        },
        "figures": _figures(work, "behaviour" in named),
        "known_truth": {
            name: _picture(work, "recovery", "figure.png", name)
            for name in work.settings["networks"]
        },
        "verdicts": _verdicts(styles, work.table("comparison", "verdicts")),
        "forecast_table": wide.to_dict("records"),
        "cohort_informed": _cohort_informed(styles, skill),
        "behaviour_table": _behaviour(work) if "behaviour" in named else [],
        "reliability_table": _reliability(work, styles),
        "other_scores": _other_scores(work, styles),
    }


def _cohort_informed(styles: Styles, skill: pd.DataFrame) -> list[str]:
    """Return the labels of what forecasts a session from other subjects' data too."""
    marked = skill.loc[skill["cohort_informed"], "method"].unique()
    return [styles.label(name) for name in styles.sort(marked)]


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


def _behaviour(work: Work) -> list[dict[str, Any]]:
    scores = work.table("behaviour", "scores")
    return [dict(row) for _, row in scores[scores["kind"] == METHOD].iterrows()]


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


def _shown(styles: Styles, row: dict[str, Any], lengths: pd.DataFrame) -> dict[str, Any]:
    own = lengths[lengths["method"] == row["method"]]
    return {
        **row,
        **{f"margin{end}": row.get(f"margin_mean{end}") for end in ("", "_lower", "_upper")},
        "accuracy_at": dict(zip(own["frames"], own["accuracy"], strict=True)),
        "name": styles.label(row["method"]),
    }


def _verdicts(styles: Styles, table: pd.DataFrame) -> list[dict[str, str]]:
    """Say of every benchmark who leads, by the names that people read."""
    return [
        {
            "benchmark": row["benchmark"],
            "measure": row["measure"],
            "leaders": ", ".join(styles.label(name) for name in row["leaders"].split(", ") if name)
            or "nobody",
            "verdict": row["verdict"],
        }
        for _, row in table.iterrows()
    ]


def _picture(work: Work, asset: str, name: str, partition: str = WHOLE) -> str:
    entry = work.entry(asset, partition)
    if name not in entry.files:
        return ""  # an atlas without groups has no picture of them
    return base64.b64encode(work.path(entry, name).read_bytes()).decode("ascii")
