import re

import pandas as pd
import pytest

from attnconn_assets.assets.report.headline_table import (
    headline_notes,
    headline_table,
    headline_text,
    scores_text,
)
from attnconn_assets.assets.report.report import headline
from attnconn_core.figures import Styles


@pytest.fixture
def cells():
    columns = ["score", "column", "method", "value", "n", "best", "digits", "unit"]
    rows = [
        ("fingerprint", "identified", "tangent", 1.0, 20, False, 2, "subjects"),
        ("fingerprint", "identified", "partial", -0.5, 19, False, 2, "subjects"),
        ("fingerprint", "identified", "pearson", 0.5, 20, False, 2, "subjects"),
        ("forecast", "forecast R²", "partial", 0.3567, 20, True, 3, "subjects"),
        ("forecast", "forecast R²", "ar", 0.3, 20, False, 3, "subjects"),
    ]
    return pd.DataFrame(rows, columns=columns).assign(measure="m", lower=0.0, upper=1.0, missing="")


@pytest.fixture
def rows(cells):
    seen = pd.DataFrame({"method": ["pearson", "partial"], "saw_subject": [0.0, 1.0]})
    return headline(cells, seen, Styles())


def test_methods_stand_by_family_and_linear_forecasts_among_them(rows):
    assert rows["method"].tolist() == ["pearson", "tangent", "partial", "ar"]
    assert rows["family"].tolist() == [
        *("correlation", "correlation", "partial correlation", "linear forecast")
    ]
    assert rows["label"].tolist()[-1] == "AR (own past)"
    assert rows["identified"].tolist()[:3] == [0.5, 1.0, -0.5]
    assert rows["saw_subject"].tolist()[0] == 0
    assert rows["saw_subject"].isna().tolist() == [False, True, False, True]


def test_the_text_has_n_families_and_a_star_for_the_winner(rows, cells):
    assert [
        re.split(r" {2,}", line.strip()) for line in headline_text(rows, cells).splitlines()
    ] == [
        ["identified", "forecast R²"],
        ["n = 19 to 20", "n = 20"],
        ["correlation"],
        ["Pearson", "0.50", "–"],
        ["Tangent †", "1.00", "–"],
        ["partial correlation"],
        ["Partial correlation", "−0.50", "0.357 *"],
        ["linear forecast"],
        ["AR (own past)", "–", "0.300"],
    ]
    assert {
        len(line) for line in headline_text(rows, cells).splitlines() if "  " in line.strip()
    } == {48}


def test_cells_that_version_0_1_stored_are_shown(rows, cells):
    former = cells.rename(columns={"score": "benchmark"})
    assert headline_text(rows, former) == headline_text(rows, cells)
    assert headline_table(rows, former)["groups"] == headline_table(rows, cells)["groups"]


def test_the_page_gets_columns_with_their_score_and_n(rows, cells):
    table = headline_table(rows, cells)
    assert table["groups"] == [("fingerprint", 1), ("forecast", 1)]
    assert [each["n"] for each in table["columns"]] == ["n = 19 to 20 subjects", "n = 20 subjects"]
    assert list(table["families"]) == ["correlation", "partial correlation", "linear forecast"]
    (partial,) = table["families"]["partial correlation"]
    assert [cell["best"] for cell in partial["cells"]] == [False, True]
    assert table["families"]["linear forecast"][0]["cells"][0] is None


def test_what_is_missing_keeps_its_column_and_has_a_reason(cells):
    icc = cells[cells["method"] == "pearson"].assign(
        score="reliability", column="ICC", value=float("nan"), missing="got 4 subjects"
    )
    both = pd.concat([cells, icc], ignore_index=True)
    seen = pd.DataFrame(
        {"method": ["pearson"], "saw_subject": [0.0], "cohort_share": [float("nan")]}
    )
    wide = headline(both, seen, Styles())
    assert wide["ICC"].isna().all()
    pearson = next(line for line in headline_text(wide, both).splitlines() if "Pearson" in line)
    assert pearson.split() == ["Pearson", "0.50", "–", "–"]
    assert headline_notes(both, seen, Styles()) == ["ICC: got 4 subjects"]


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "uses no data of other subjects (λ = 0)"), (0.25, "25% of a matrix")]
)
def test_what_a_method_takes_from_others_is_said(cells, share, said):
    scores = pd.DataFrame(
        {"method": ["directed_cohort"], "saw_subject": [float("nan")], "cohort_share": [share]}
    )
    (note,) = headline_notes(cells, scores, Styles())
    assert note.startswith(f"Directed (with the cohort) †: {said}")


def test_models_that_saw_some_of_their_subjects_are_said(cells):
    scores = pd.DataFrame(
        {
            "method": ["attention_group_base", "attention_subject", "pearson"],
            "saw_subject": [0.6, 1.0, float("nan")],
            "cohort_share": [float("nan")] * 3,
        }
    )
    (note,) = [note for note in headline_notes(cells, scores, Styles()) if "trained" in note]
    assert "60% of the matrices are of subjects that trained the model" in note


def test_rows_are_marked_that_rest_on_other_subjects(rows):
    assert rows.set_index("method")["cohort_informed"].to_dict() == {
        "pearson": False, "tangent": True, "partial": False, "ar": False
    }  # fmt: skip
    assert rows["label"].tolist()[1] == "Tangent †"


def test_the_scores_are_paragraphs_without_empty_ones(rows, cells):
    warned = rows.assign(warning=["", "", "not sound", ""])
    facts = {"chance": "0.05 (20 subjects)", "notes": [], "words": ["First.", "Second."]}
    title, table, *others = scores_text("test–retest", warned, cells, facts).split("\n\n")
    assert title == "Scores (test–retest)"
    assert table == headline_text(rows, cells)
    assert others == [
        "Identification by chance: 0.05 (20 subjects)",
        "* better than every other method, tested and corrected for their number",
        "First.\nSecond.",
        "Partial correlation: not sound",
    ]


def test_where_no_score_was_made_no_heading_stands_above_nothing(rows, cells):
    facts = {"chance": "", "notes": ["IQ: 0 (03) lies apart"], "words": []}
    told = scores_text("test–retest", rows.iloc[:0].assign(warning=""), cells.iloc[:0], facts)
    assert told == (
        "No score compares the methods; the report gives the reasons\n\nIQ: 0 (03) lies apart"
    )
