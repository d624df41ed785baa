"""The sections of the report, with the stored results of each score."""

from typing import Any

import pandas as pd

from attnconn_assets.assets.report.explanations import explanations
from attnconn_assets.assets.report.figure_sizes import within
from attnconn_assets.assets.report.gaps import cohort_numbers
from attnconn_assets.assets.report.methods_text import methods_bibtex, methods_text
from attnconn_assets.assets.report.reading import facts_of, picture_of, table_of
from attnconn_assets.assets.report.scan_quality import quality_table
from attnconn_assets.assets.report.viewer import viewer
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_core.figures import Styles
from attnconn_core.records import Connectivity
from attnconn_core.scoring import METHOD
from attnconn_core.scoring.comparison.paired_tests import mean_interval

__all__ = ["COMPARISON", "FIGURES", "sections"]

COMPARISON = "comparison"
#: Name of a figure on the page → asset that has it, and its name there.
FIGURES = {
    "matrices": ("group_mean", "figure"),
    "networks": ("group_mean", "networks"),
    **{name: ("group_mean", name) for name in ("net_flow", "circle", "surface", "edges")},
    "fingerprint": ("fingerprint", "figure"),
    "similarities": ("fingerprint", "similarities"),
    "forecast": ("forecast_skill", "figure"),
    "forecast_scatter": ("forecast_skill", "scatter"),
    "forecast_pairs": ("forecast_skill", "pairs"),
    "forecast_regions": ("forecast_skill", "regions"),
    "reliability": ("reliability", "figure"),
    "comparison": (COMPARISON, "figure"),
    "behaviour": ("behaviour", "figure"),
    "behaviour_best": ("behaviour", "best"),
    "sweep": ("champion", "sweep"),
    "carpets": ("cohort", "carpets"),
}
# Scores with their own section on the page.
_SECTIONS = ("fingerprint", "forecast_skill", "reliability", "behaviour")


def sections(work: Work, styles: Styles) -> dict[str, Any]:
    """Return the content of the page's sections, by their names in the template."""
    skill = table_of(work, "forecast_skill", "scores")
    fingerprint = _fingerprint(work, styles)
    behaviour = "behaviour" in work.needs and "behaviour" not in work.lacks
    every = [row["method"] for row in fingerprint]
    every += [*skill["method"].unique()] if skill is not None else []
    cohort = cohort_numbers(work, skill)
    return {
        "fingerprint_table": fingerprint,
        **explanations(work, skill, styles),
        "names": {method: styles.label(method) for method in every},
        "cohort": {
            **cohort,
            SUSPICIONS: facts_of(work, "cohort").get(SUSPICIONS, {}),
        },
        **_figures(work),
        "ground_truths": {
            name: [picture_of(work, "recovery", figure, name) for figure in ("figure", "graphs")]
            for name in work.settings["ground_truths"]
        },
        "forecast_summary": _forecast_summary(skill, styles),
        "forecast_table": _forecasts(skill, styles),
        "behaviour_table": _behaviour(work, styles) if behaviour else [],
        "dropped": _dropped(work) if behaviour else {},
        "confounds": facts_of(work, "behaviour").get("confounds, not predicted", []),
        "reliability_table": [] if "reliability" in work.lacks else _reliability(work, styles),
        "other_scores": _other_scores(work, styles),
        "grouped": "regions" not in work.lacks and work.regions().groups is not None,
        "viewer": _viewer(work, styles),
        "flow_agreement": _flow_agreement(work, styles),
        "quality": {}
        if "cohort" in work.lacks
        else quality_table(work.table("cohort", "sessions")),
        "methods_text": methods_text(work, cohort, skill),
        "bibtex": methods_bibtex(work),
    }


def _fingerprint(work: Work, styles: Styles) -> list[dict[str, Any]]:
    table = table_of(work, "fingerprint", "scores")
    if table is None:
        return []
    by_method = table.set_index("method")
    ordered = by_method.loc[[*styles.sort(by_method.index)]].reset_index()
    return [dict(row) for _, row in ordered.iterrows()]


def _dropped(work: Work) -> dict[str, str]:
    """Return the null models of behaviour that were dropped → why."""
    dropped: dict[str, str] = work.facts("behaviour", WHOLE)["null models dropped"]
    return dropped


def _figures(work: Work) -> dict[str, Any]:
    needed = {name: where for name, where in FIGURES.items() if where[0] in work.needs}
    pictures = {name: picture_of(work, *where) for name, where in needed.items()}
    stored = {name: picture for name, picture in pictures.items() if picture is not None}
    shown = within(stored)
    return {
        "figures": shown,
        "made_smaller": [name for name in stored if shown[name] != stored[name]],
    }


def _viewer(work: Work, styles: Styles) -> dict[str, Any] | None:
    if not {"group_mean", "regions"}.isdisjoint(work.lacks):
        return None
    stored = work.entry("group_mean", WHOLE).files
    means: list[Connectivity] = []
    for method in styles.sort(method.name for method in work.settings["methods"]):
        if f"{method}.parquet" in stored:
            path = work.content("group_mean", f"{method}.parquet", WHOLE)
            means += formats.read_matrices(path).values()
    n = work.facts("group_mean", WHOLE)["subjects"]
    over = f"mean over {n} {'subject' if n == 1 else 'subjects'}"
    return viewer(means, work.settings["methods"], work.regions(), over, styles)


def _flow_agreement(work: Work, styles: Styles) -> list[dict[str, Any]]:
    """Return one row per pair of directed methods, those that agree least first."""
    if "group_mean" in work.lacks:
        return []
    if "flow_agreement.parquet" not in work.entry("group_mean", WHOLE).files:
        return []  # fewer than two directed methods
    table = work.table("group_mean", "flow_agreement")
    named = table.assign(
        first=table["first"].map(styles.label), second=table["second"].map(styles.label)
    )
    return [dict(row) for _, row in named.sort_values("r", kind="stable").iterrows()]


def _forecasts(skill: pd.DataFrame | None, styles: Styles) -> list[dict[str, Any]]:
    """Return one row per session and method."""
    if skill is None:
        return []
    place = {method: at for at, method in enumerate(styles.sort(skill["method"].unique()))}
    ordered = skill.assign(place=skill["method"].map(place)).sort_values(
        ["subject", "session", "place"]
    )
    return [dict(row) for _, row in ordered[["subject", "session", "method", "r2"]].iterrows()]


def _forecast_summary(skill: pd.DataFrame | None, styles: Styles) -> list[dict[str, Any]]:
    """Return one row per method: the mean R² over subjects, and the lowest and highest session."""
    if skill is None:
        return []
    rows = []
    for method in styles.sort(skill["method"].unique()):
        own = skill[skill["method"] == method]
        of_subjects = own.groupby("subject")["r2"].mean()
        mean, lower, upper = mean_interval(of_subjects.to_numpy(dtype=float))
        extremes = {"lowest": own["r2"].min(), "highest": own["r2"].max(), "sessions": len(own)}
        rows.append({"method": method, "mean": mean, "lower": lower, "upper": upper, **extremes})
    return rows


def _reliability(work: Work, styles: Styles) -> list[dict[str, Any]]:
    """Return one row per method, with the ICC of the strongest fifth of its edges."""
    scores, strength = (work.table("reliability", name) for name in ("scores", "by_strength"))
    strongest = strength[strength["part"] == strength["part"].max()].set_index("method")
    scores = scores.set_index("method").loc[[*styles.sort(scores["method"])]].reset_index()
    return [
        {
            **dict(row),
            "name": styles.label(row["method"]),
            **{
                f"icc_strongest{end}": strongest[f"icc{end}"].get(row["method"], float("nan"))
                for end in ("", "_lower", "_upper")
            },
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
            about = {"description": score.description, "figure": None, "columns": [], "rows": []}
            scores.append({"name": score.name, "label": score.label, **about})
            continue
        scores.append(
            {
                "name": score.name,
                "label": score.label,
                "description": score.description,
                "figure": picture_of(work, score.name, "figure"),
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
