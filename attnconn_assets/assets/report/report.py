"""The report: one page that holds every score, figure and how they were made."""

import base64
import datetime
import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from attnconn_assets.assets.connectivity.specs import methods, reads_group_models
from attnconn_assets.assets.inputs.phenotypes import has_phenotypes
from attnconn_assets.assets.scores.behaviour import METHOD
from attnconn_assets.assets.scores.comparison import benchmarks_of
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import WHOLE, Entry
from attnconn_assets.study.study import Study
from attnconn_core.figures import display_name
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["headline", "report_path", "specs"]


def specs(study: Study) -> list[AssetSpec]:
    """The last asset of the line."""
    return [
        AssetSpec(
            recipe=Recipe(
                "report",
                ("attnconn_core.figures",),
                {
                    "title": study.title,
                    "page": hashlib.sha256(_template_source().encode()).hexdigest(),
                },
            ),
            partitioned="whole",
            make=make_report,
            needs={"group_mean": "whole", **benchmarks_of(study), "comparison": "whole"},
            description="One self-contained page: scores, figures, and how they were made.",
            group="report",
            kinds=frozenset({"html"}),
        )
    ]


def report_path(study: Study) -> Path:
    """Where the page lies for people to open."""
    return study.store_folder / "report.html"


def headline(fingerprint: pd.DataFrame, lengths: pd.DataFrame, skill: pd.DataFrame) -> pd.DataFrame:
    """One row a method: how it identifies, by how much, from how little, and what it forecasts.

    Returns
    -------
    Columns of the fingerprint's scores, ``accuracy at <n>`` a scan length, and ``r2``:
    the mean over sessions of the mean per-region R² on test frames, NaN for methods
    that don't forecast.
    """
    at = lengths.pivot(index="method", columns="frames", values="accuracy")
    at.columns = [f"accuracy at {frames}" for frames in at.columns]
    r2 = skill.groupby("method")["r2"].mean()
    return fingerprint.join(at, on="method").join(r2, on="method")


def make_report(work: Work) -> Made:
    """Assemble what the benchmarks stored into one page."""
    lengths = work.table("fingerprint", "accuracy_by_frames.parquet")
    skill = work.table("forecast_skill", "scores.parquet")
    rows = headline(work.table("fingerprint", "scores.parquet"), lengths, skill)
    page = (
        _template()
        .render(
            study={"name": work.study.name, "title": work.study.title},
            generated=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            design_label=DESIGN_LABELS[work.platform.source.design],
            notice=work.platform.source.notice or "",
            **_sections(work, rows, lengths, skill),
        )
        .encode()
    )
    with work.tracked() as run:
        run.file("report.html", page)
        entry = work.save(
            {
                "report.html": partial(formats.write_bytes, content=page),
                "headline.parquet": partial(formats.write_table, table=rows),
            },
            {},
            run,
        )
    # The page under a name that stays, for people; the store's own file is the record.
    formats.replace_file(report_path(work.study), page)
    return Made(
        entry,
        {
            "scores": telling.table(rows),
            "page": telling.path(report_path(work.study)),
            **telling.schema(rows),
        },
    )


def _sections(
    work: Work, rows: pd.DataFrame, lengths: pd.DataFrame, skill: pd.DataFrame
) -> dict[str, Any]:
    wide = skill.pivot(index=["subject", "session"], columns="method", values="r2").reset_index()
    figures = {
        "matrices": ("group_mean", "figure.png"),
        "networks": ("group_mean", "networks.png"),
        "fingerprint": ("fingerprint", "figure.png"),
        "forecast": ("forecast_skill", "figure.png"),
        "forecast_scatter": ("forecast_skill", "scatter.png"),
        "comparison": ("comparison", "figure.png"),
    }
    behaviour = []
    if has_phenotypes(work.study):
        figures["behaviour"] = ("behaviour", "figure.png")
        scores = work.table("behaviour", "scores.parquet")
        behaviour = scores[scores["kind"] == METHOD].to_dict("records")
    fingerprint = work.entry("fingerprint", WHOLE).facts
    order = work.store.find("granger_order", WHOLE) if "granger" in methods(work.study) else None
    groups = reads_group_models(work.study)
    return {
        "headline": [_shown(dict(row), lengths) for _, row in rows.iterrows()],
        "names": {method: display_name(method) for method in skill["method"].unique()},
        "lengths": sorted(lengths["frames"].unique().tolist()),
        "cohort": {
            "n_subjects": skill["subject"].nunique(),
            "n_sessions": fingerprint["sessions"],
            "n_pairs": fingerprint["pairs"],
            "n_pools": fingerprint["pools"],
            "excluded": fingerprint["excluded"],
            "unpaired": fingerprint["unpaired"],
        },
        "figures": {name: _picture(work, *where) for name, where in figures.items()},
        "known_truth": {
            name: _picture(work, "recovery", "figure.png", name)
            for name in work.study.recovery.benchmarks
        },
        "verdicts": _verdicts(work.table("comparison", "verdicts.parquet")),
        "forecast_table": wide.to_dict("records"),
        "behaviour_table": behaviour,
        "provenance": [
            *_granger_rule(order),
            *(_training_rules(work) if groups else ()),
            ("Matrices from a model trained on their subject", _who_was_seen(rows)),
            ("Test part of every scan", f"last {work.study.test_fraction:.0%} of its frames"),
            ("Seeds", _seeds(work.study)),
            ("Code version", work.origin.code_version),
            *(
                (f"MLflow run of {asset}", work.store.entry(asset, WHOLE).made_by["mlflow_run"])
                for asset in (
                    "fingerprint",
                    "forecast_skill",
                    "comparison",
                    *(("granger_order",) if order else ()),
                )
            ),
            *((f"Content hash of {name}", digest) for name, digest in work.inputs.items()),
        ],
    }


def _shown(row: dict[str, Any], lengths: pd.DataFrame) -> dict[str, Any]:
    own = lengths[lengths["method"] == row["method"]]
    return {
        **row,
        **{f"margin{end}": row.get(f"margin_mean{end}") for end in ("", "_lower", "_upper")},
        "accuracy_at": dict(zip(own["frames"], own["accuracy"], strict=True)),
        "name": display_name(row["method"]),
    }


def _verdicts(table: pd.DataFrame) -> list[dict[str, str]]:
    """Say of every benchmark who leads, by the names that people read."""
    return [
        {
            "benchmark": row["benchmark"],
            "measure": row["measure"],
            "leaders": ", ".join(display_name(name) for name in row["leaders"].split(", ") if name)
            or "nobody",
            "verdict": row["verdict"],
        }
        for _, row in table.iterrows()
    ]


def _seeds(study: Study) -> str:
    seeds = {
        "group models": study.configurations[study.read_out[0]].training.seed,
        "session models": study.subject_configuration.training.seed,
        "permutations": study.fingerprint.seed,
    }
    return ", ".join(f"{name} {seed}" for name, seed in seeds.items())


def _who_was_seen(rows: pd.DataFrame) -> str:
    told = [
        f"{display_name(row['method'])} {row['saw_subject']:.0%}"
        for _, row in rows.iterrows()
        if pd.notna(row["saw_subject"])
    ]
    return ", ".join(told) or "none"


def _granger_rule(order: Entry | None) -> list[tuple[str, str]]:
    if order is None:
        return []
    return [("Granger", f"{order.facts['lags']} lags, α = {order.facts['alpha']:g}")]


def _training_rules(work: Work) -> list[tuple[str, str]]:
    return [
        ("Group configurations read out", ", ".join(work.study.read_out)),
        ("Who trained the group's models", _training_rule(work)),
    ]


def _training_rule(work: Work) -> str:
    entry = work.store.entry("group_forecaster", work.study.read_out[0])
    folds = entry.facts["folds"]
    if folds[0]["reads"] is None:
        return f"the {len(folds[0]['subjects'])} subjects of group train"
    return (
        f"cross-fitted over subjects in {len(folds)} folds: every matrix comes from a model "
        "that did not see its subject"
    )


def _picture(work: Work, asset: str, name: str, partition: str = WHOLE) -> str:
    entry = work.entry(asset, partition)
    if name not in entry.files:
        return ""  # an atlas without groups has no picture of them
    return base64.b64encode(work.path(entry, name).read_bytes()).decode("ascii")


def _template_source() -> str:
    return (Path(__file__).parent / "report.html").read_text(encoding="utf-8")


def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_template_source())
