"""Provenance: what is needed to reproduce the report."""

from collections.abc import Mapping

import pandas as pd

from attnconn_assets.assets.report.reading import penalty_units
from attnconn_assets.building.causes import named
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.figures import Styles

__all__ = ["provenance"]


def provenance(work: Work, styles: Styles, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return rules, seeds, versions, runs and hashes, each with a name."""
    settings = work.settings
    runs = ["fingerprint", "forecast_skill", "comparison"]
    runs += ["granger_order"] if "granger_order" in work.needs else []
    return [
        *_granger_rule(work),
        *_penalty_rule(work),
        *(_training_rules(work) if settings["read_out"] else ()),
        ("Matrices from a model trained on their subject", _who_was_seen(styles, rows)),
        ("Test part of every scan", f"last {settings['test_fraction']:.0%} of its frames"),
        ("Seeds", ", ".join(f"{name} {seed}" for name, seed in settings["seeds"].items())),
        ("Versions", _versions(work.versions())),
        ("Code version", work.runs.origin.code_version),
        *(
            (f"MLflow run of {asset}", work.entry(asset, WHOLE).made_by["mlflow_run"])
            for asset in runs
            if asset not in work.lacks
        ),
        *((f"Content hash of {name}", digest) for name, digest in work.inputs.items()),
    ]


def _versions(counts: Mapping[str, int]) -> str:
    """Return the versions that the results were made with; if they differ, how many with which."""
    if len(counts) < 2:
        return "".join(counts) or "not recorded"
    return "; ".join(
        f"{n} results with {versions or 'versions that were not recorded'}"
        for versions, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _granger_rule(work: Work) -> list[tuple[str, str]]:
    if "granger_order" not in work.needs or "granger_order" in work.lacks:
        return []
    order = work.facts("granger_order", WHOLE)
    lags = "1 lag" if order["lags"] == 1 else f"{order['lags']} lags"
    return [("Granger", f"{lags}, α = {order['alpha']:g} in {penalty_units(order)}")]


def _penalty_rule(work: Work) -> list[tuple[str, str]]:
    if "shared_penalty" not in work.needs or "shared_penalty" in work.lacks:
        return []
    facts = work.facts("shared_penalty", WHOLE)
    of = f"{facts['sessions averaged']} sessions' validation frames"
    return [
        ("Penalty of fine-tuned models towards others", f"{facts['alpha']:.0f}, chosen on {of}")
    ]


def _training_rules(work: Work) -> list[tuple[str, str]]:
    read_out = work.settings["read_out"]
    lacking = work.lacks.get(named("group_forecaster", read_out[0]))
    if lacking is not None:
        return [("Who trained the group's models", f"not made: {lacking}")]
    folds = work.facts("group_forecaster", read_out[0])["folds"]
    rule = (
        f"the {len(folds[0]['subjects'])} subjects of group train"
        if folds[0]["reads"] is None
        else f"cross-fitted over subjects in {len(folds)} folds: a cohort model is read only on "
        "subjects that it did not see"
    )
    return [
        ("Group configurations read out", ", ".join(read_out)),
        ("Who trained the group's models", rule),
    ]


def _who_was_seen(styles: Styles, rows: pd.DataFrame) -> str:
    shares = [
        f"{styles.label(row['method'])} {row['saw_subject']:.0%}"
        for _, row in rows.iterrows()
        if pd.notna(row["saw_subject"])
    ]
    return ", ".join(shares) or "none"
