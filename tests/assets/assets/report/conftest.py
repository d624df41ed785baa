"""What a report shows, for a page without a platform behind it."""

import base64
from typing import Any

import pytest

METHODS = ("pearson", "granger", "attention_subject", "attention_group_base")
PNG = base64.b64encode(b"\x89PNG picture").decode()
PICTURE = {"png": PNG, "svg": base64.b64encode(b"packed").decode()}


def cell(
    value: float,
    digits: int,
    lower: float = float("nan"),
    upper: float = float("nan"),
    best: bool = False,
) -> dict[str, Any]:
    return {"value": value, "digits": digits, "lower": lower, "upper": upper, "best": best}


def row_of(name: str, *cells: dict[str, Any] | None) -> dict[str, Any]:
    return {"name": name, "cells": list(cells)}


@pytest.fixture
def context() -> dict[str, Any]:
    return {
        "study": {"name": "sample", "title": "Seven subjects"},
        "generated": "2025-03-14 10:22 UTC",
        "design_label": "split-half, not test–retest",
        "notice": "Terms of the data.",
        "words": ["Forecasts are highest by Granger (R² 0.500; n = 8 subjects)."],
        "table": {
            "groups": [("fingerprint", 2), ("forecast", 1)],
            "columns": [
                {"title": "identified", "n": "n = 8 subjects"},
                {"title": "I_diff", "n": "n = 8 subjects"},
                {"title": "forecast R²", "n": "n = 8 subjects"},
            ],
            "families": {
                "correlation": [row_of("Pearson", cell(0.5, 2), cell(-3.0, 1), None)],
                "granger": [
                    row_of(
                        "Granger",
                        cell(0.875, 2, 0.611, 0.971),
                        cell(-4.0, 1, -6.0),
                        cell(0.5, 3, best=True),
                    )
                ],
                "linear forecast": [row_of("AR", None, None, cell(0.4, 3))],
            },
        },
        "names": {method: f"Name of {method}" for method in METHODS},
        "fingerprint_table": [
            {
                "method": method,
                "accuracy_test_to_retest": accuracy,
                "accuracy_retest_to_test": 1.0,
                "accuracy_strict": 0.1,
                "cohens_d": 2.0 + place,
                "i_diff": -3.0 - place,
                "margin_mean": 0.1,
                "p_value": 0.0001 if place else 0.25,
            }
            for place, (method, accuracy) in enumerate(
                zip(METHODS, (0.5, 0.875, 0.5, 0.5), strict=True)
            )
        ],
        "dropped": {},
        "cohort": {
            "n_subjects": 8,
            "n_sessions": 16,
            "n_pairs": 8,
            "excluded": {"sub-1_ses-test": "a dead region"},
            "unpaired": ["sub-1_ses-retest"],
        },
        "scans": {"first": "first half", "second": "second half"},
        "figures": {"matrices": PICTURE, "fingerprint": PICTURE},
        "forecast_summary": [
            {
                "method": "granger",
                "mean": 0.4567,
                "lower": 0.4,
                "upper": 0.5,
                "lowest": 0.3,
                "highest": 0.6,
                "sessions": 14,
            },
        ],
        "forecast_table": [
            {"subject": "100307", "session": "test", "method": "granger", "r2": 0.4321},
        ],
        "cohort_informed": "Hierarchical <VAR>: of everybody",
        "behaviour_table": [],
        "provenance": [("Granger", "5 lags, α = 1000")],
    }
