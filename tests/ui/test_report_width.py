"""The widest table of the report in a headless Chromium: it fits, or scrolls in its box."""

from collections import Counter

import pytest

from attnconn_assets.assets.report.page import rendered

pytestmark = pytest.mark.browser

COLUMNS = (
    ("fingerprint", "identified"),
    *(("fingerprint", f"from {frames} frames") for frames in (60, 120, 300)),
    ("fingerprint", "I_diff"),
    ("forecast", "forecast R²"),
    *(("reliability", title) for title in ("r between seeds", "r between halves", "ICC of edges")),
    ("behaviour", "r over targets"),
)
NAMES = ("Likelihood ratio (entropy, given the rest)", "Attention × norm (group, attnconn) † ⚠")
CELL = {"value": -0.123, "lower": -0.245, "upper": 0.236, "digits": 3, "best": False}


@pytest.fixture(scope="module")
def content():
    """Every column that the sample has, and long names, in the report's page."""
    cells = [CELL] * len(COLUMNS)
    table = {
        "groups": list(Counter(group for group, _ in COLUMNS).items()),
        "columns": [{"title": title, "n": "n = 7 subjects"} for _, title in COLUMNS],
        "families": {"attention": [{"name": name, "cells": cells} for name in NAMES]},
    }
    people = {"n_subjects": 7, "n_sessions": 14, "n_pairs": 7, "excluded": {}, "unpaired": []}
    return rendered(
        study={"name": "wide", "title": ""}, generated="", design_label="", notice="", words=[],
        table=table, fingerprint_table=[], cohort=people, figures={}, forecast_table=[],
        behaviour_table=[], dropped={}, provenance=[], names={}, forecast_summary=[],
        scans={"first": "test", "second": "retest"},
    ).decode()  # fmt: skip


@pytest.mark.parametrize(("width", "fits"), [(1300, True), (700, False)])
def test_the_table_of_all_methods_fits_or_scrolls_in_its_box(page, content, width, fits):
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(content)
    box = "document.querySelector('[aria-label=\"Scores of every method\"]')"
    assert page.evaluate(f"{box}.scrollWidth <= {box}.clientWidth") is fits
    whole = "document.documentElement"
    assert page.evaluate(f"{whole}.scrollWidth <= {whole}.clientWidth")
