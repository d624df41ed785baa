"""The sections of the report, with the stored results of each score."""

import base64
from collections.abc import Mapping
from typing import Any

import pandas as pd

from attnconn_assets.assets.report.gaps import cohort_numbers
from attnconn_assets.building.causes import named
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_core.figures import Styles
from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.scoring import METHOD

__all__ = ["COMPARISON", "FIGURES", "facts_of", "sections", "table_of"]

COMPARISON = "comparison"
#: Name of a figure on the page → asset and file that hold it.
FIGURES = {
    "matrices": ("group_mean", "figure.png"),
    "networks": ("group_mean", "networks.png"),
    "fingerprint": ("fingerprint", "figure.png"),
    "forecast": ("forecast_skill", "figure.png"),
    "forecast_scatter": ("forecast_skill", "scatter.png"),
    "reliability": ("reliability", "figure.png"),
    "comparison": (COMPARISON, "figure.png"),
    "behaviour": ("behaviour", "figure.png"),
}
# Scores with their own section on the page.
_SECTIONS = ("fingerprint", "forecast_skill", "reliability", "behaviour")


def sections(work: Work, styles: Styles) -> dict[str, Any]:
    """Return the content of the page's sections, by their names in the template."""
    skill = table_of(work, "forecast_skill", "scores")
    fingerprint = _fingerprint(work, styles)
    behaviour = "behaviour" in work.needs and "behaviour" not in work.lacks
    wide = pd.DataFrame()
    every = [row["method"] for row in fingerprint]
    if skill is not None:
        keys = ["subject", "session"]
        wide = skill.pivot(index=keys, columns="method", values="r2")
        wide = wide[[*styles.sort(wide.columns)]].reset_index()
        every += [*skill["method"].unique()]
    return {
        "fingerprint_table": fingerprint,
        "edgewise": any(
            getattr(score, "normalise", "") == "edgewise"
            for score in work.settings["scores"]
            if score.name == "fingerprint"
        ),
        "names": {method: styles.label(method) for method in every},
        "cohort": {
            **cohort_numbers(work, skill),
            SUSPICIONS: facts_of(work, "cohort").get(SUSPICIONS, {}),
        },
        "figures": _figures(work),
        "ground_truths": {
            name: _picture(work, "recovery", "figure.png", name)
            for name in work.settings["ground_truths"]
        },
        "forecast_table": wide.to_dict("records"),
        "cohort_informed": _cohort_informed(work, skill, styles),
        "behaviour_table": _behaviour(work, styles) if behaviour else [],
        "dropped": _dropped(work) if behaviour else {},
        "confounds": facts_of(work, "behaviour").get("confounds, not predicted", []),
        "reliability_table": [] if "reliability" in work.lacks else _reliability(work, styles),
        "other_scores": _other_scores(work, styles),
    }


def table_of(work: Work, asset: str, name: str) -> pd.DataFrame | None:
    """Read a table of an asset; None if it isn't made."""
    return None if asset in work.lacks else work.table(asset, name)


def facts_of(work: Work, asset: str) -> Mapping[str, Any]:
    """Return the facts of an asset; empty if the study doesn't have it, or it isn't made."""
    there = asset in work.needs and asset not in work.lacks
    return work.facts(asset, WHOLE) if there else {}


def _fingerprint(work: Work, styles: Styles) -> list[dict[str, Any]]:
    table = table_of(work, "fingerprint", "scores")
    if table is None:
        return []
    by_method = table.set_index("method")
    ordered = by_method.loc[[*styles.sort(by_method.index)]].reset_index()
    return [dict(row) for _, row in ordered.iterrows()]


def _others(work: Work) -> list[int]:
    """Return the number of other subjects behind each pool's models; empty if unknown."""
    others: list[int] = facts_of(work, "fingerprint").get("others", [])
    return others


def _cohort_informed(work: Work, skill: pd.DataFrame | None, styles: Styles) -> str:
    """Return a note on which other subjects' frames cohort-informed forecasts use."""
    others = _others(work)
    if skill is None or not skill["cohort_informed"].any():
        return ""
    marked = styles.sort(skill.loc[skill["cohort_informed"], "method"].unique())
    linear = [styles.label(name) for name in marked if name in LINEAR_FORECASTERS]
    methods = [styles.label(name) for name in marked if name not in LINEAR_FORECASTERS]
    every = "every other subject that may train"
    few = "the subjects that trained the cohort's models"
    if others:
        n = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        few = f"only the subjects outside the subject's own pool ({n})"
    said = ((linear, every), (methods, few))
    phrases = [f"of {whom} ({', '.join(names)})" for names, whom in said if names]
    return (
        "Cohort-informed forecasts also use training frames of other subjects: "
        f"{', and '.join(phrases)}"
    )


def _dropped(work: Work) -> dict[str, str]:
    """Return the null models of behaviour that were dropped → why."""
    dropped: dict[str, str] = work.facts("behaviour", WHOLE)["null models dropped"]
    return dropped


def _figures(work: Work) -> dict[str, str]:
    needed = {name: where for name, where in FIGURES.items() if where[0] in work.needs}
    return {name: _picture(work, *where) for name, where in needed.items()}


def _reliability(work: Work, styles: Styles) -> list[dict[str, Any]]:
    """Return one row per method, with the ICC of the strongest fifth of its edges."""
    scores, strength = (work.table("reliability", name) for name in ("scores", "by_strength"))
    strongest = strength[strength["part"] == strength["part"].max()].set_index("method")["icc"]
    scores = scores.set_index("method").loc[[*styles.sort(scores["method"])]].reset_index()
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
    """Return every score without its own section: its figure, and one row per method."""
    scores = []
    for score in work.settings["scores"]:
        if score.name in _SECTIONS:
            continue
        if score.name in work.lacks:
            about = {"description": score.description, "figure": "", "columns": [], "rows": []}
            scores.append({"name": score.name, "label": score.label, **about})
            continue
        scores.append(
            {
                "name": score.name,
                "label": score.label,
                "description": score.description,
                "figure": _picture(work, score.name, "figure.png"),
                **_rows_of(work, score.name, styles),
            }
        )
    return scores


def _rows_of(work: Work, score: str, styles: Styles) -> dict[str, Any]:
    """Return the columns and rows of a score: one row per method, and per length if it has any."""
    if "by_frames.parquet" in work.entry(score, WHOLE).files:
        table = work.table(score, "by_frames")
        names = [
            f"{styles.label(str(method))} from {frames} frames"
            for method, frames in zip(table["method"], table["frames"], strict=True)
        ]
        values, caption = table.drop(columns=["method", "frames"]), "Per method and length of scan"
    else:
        table = work.table(score, "scores")
        values = table.groupby("method", sort=False).mean(numeric_only=True)
        names = [styles.label(str(method)) for method in values.index]
        caption = "Per method" if len(values) == len(table) else "Means per method"
    ends = {f"{name}{end}" for name in values.columns for end in ("_lower", "_upper")}
    shown = [str(name) for name in values.columns if name not in ends]
    are_integers = [len(values) == len(table) and table[name].dtype.kind in "iu" for name in shown]
    return {
        "caption": f"{caption}; below each score its 95 % interval, if there is one",
        "columns": [
            {"name": name.replace("_", " "), "digits": 0 if is_integer else 3}
            for name, is_integer in zip(shown, are_integers, strict=True)
        ],
        "rows": [
            {
                "name": name,
                "values": [
                    (row[column], row.get(f"{column}_lower"), row.get(f"{column}_upper"))
                    for column in shown
                ],
            }
            for name, (_, row) in zip(names, values.iterrows(), strict=True)
        ],
    }


def _picture(work: Work, asset: str, name: str, partition: str = WHOLE) -> str:
    if named(asset, partition) in work.lacks:
        return ""
    entry = work.entry(asset, partition)
    if name not in entry.files:
        return ""  # such as no picture of groups without groups
    return base64.b64encode(work.path(entry, name).read_bytes()).decode("ascii")
