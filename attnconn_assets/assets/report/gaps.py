"""Gaps: what each section of a report is made without, and which subjects it has."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.figures import Styles

__all__ = ["cohort_numbers", "left_out"]

# Prefix of a method's assets → how they are named in the report.
_ASSETS_OF_METHODS = {
    "": "",
    "repeats_": ", repeated",
    "penalised_": ", at other penalties",
}
_OF_COHORTS = ("fingerprint", "forecast_skill", "reliability", "group_mean", "behaviour")


def left_out(work: Work, styles: Styles) -> dict[str, dict[str, str]]:
    """Return section → missing input → why, with labels of methods."""
    missing = {}
    for asset, kind in work.needs.items():
        if kind != "whole" or asset in work.lacks:
            continue
        lacks: Mapping[str, str] = work.facts(asset, WHOLE).get("lacks", {})
        if lacks:
            missing[asset] = {_label(name, work, styles): why for name, why in lacks.items()}
    return missing


def cohort_numbers(work: Work, skill: pd.DataFrame | None) -> dict[str, Any]:
    """Return the numbers of subjects, sessions and pairs, and which sessions are excluded.

    They are those of the fingerprint, or else of the first score that is made.
    """
    there = [name for name in _OF_COHORTS if name in work.needs and name not in work.lacks]
    facts = work.facts(there[0], WHOLE) if there else {}
    subjects = facts.get("subjects", 0) if skill is None else skill["subject"].nunique()
    return {
        "n_subjects": subjects,
        "n_sessions": facts.get("sessions", 0),
        "n_pairs": facts.get("pairs", 0),
        "n_pools": facts.get("pools", 1),
        "excluded": facts.get("excluded", {}),
        "unpaired": facts.get("unpaired", []),
    }


def _label(name: str, work: Work, styles: Styles) -> str:
    methods = {method.name for method in work.settings["methods"]}
    for prefix, what in _ASSETS_OF_METHODS.items():
        method = name.removeprefix(prefix)
        if name.startswith(prefix) and method in methods:
            return f"{styles.label(method)}{what}"
    return name
