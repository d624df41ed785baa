import warnings

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import comparison_panel

SCORES = pd.DataFrame(
    [
        ("fingerprint", "accuracy", "pearson", 0.9, 0.7, 1.0, 0.1, 20, "subjects", 15),
        ("fingerprint", "accuracy", "granger", 0.8, 0.6, 0.9, 0.1, 20, "subjects", 15),
        ("behaviour", "r", "pearson", 0.1, np.nan, np.nan, 0.0, 40, "subjects", 29),
    ],
    columns=[
        "score",
        "measure",
        "method",
        "value",
        "lower",
        "upper",
        "reference",
        "n",
        "unit",
        "fewest",
    ],
)
LEADERS = pd.DataFrame(
    [("fingerprint", "accuracy", "pearson")], columns=["score", "measure", "method"]
)


@pytest.fixture
def forecasts():
    """Two methods whose interval holds the reference's mean; the paired difference excludes it."""
    rows = [
        ("forecast", "R² of test frames", name, value, value - 0.1, value + 0.1, 0.3, 0.01)
        for name, value in (("granger", 0.34), ("var_identification", 0.36))
    ]
    names = [*SCORES.columns[:7], "above_lower"]
    return pd.DataFrame(rows, columns=names).assign(n=20, unit="subjects", fewest=15)


def test_who_leads_is_full_and_a_panel_without_a_leader_says_so(tmp_path, written):
    figure = comparison_panel(SCORES, LEADERS)
    first, second = figure.axes
    assert [label.get_text() for label in first.get_yticklabels()] == ["Pearson", "Granger (ridge)"]
    white = [bool((dots.get_facecolors()[0, :3] == 1).all()) for dots in first.collections]
    assert white == [False, True]
    assert first.get_xlabel() == "subjects identified (share)\ndashed: chance, 0.10"
    assert "elsewhere: no method is shown to beat the reference" in written(figure)
    assert second.get_xlabel() == "r of predicted and measured\ndashed: 0"
    dashed = [line for line in first.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == [0.1]
    assert first.get_title() == "fingerprint\naccuracy\nn = 20 subjects"
    assert second.get_title().endswith("n = 40 subjects")
    few = SCORES.assign(n=[6, 7, 28])
    titles = [axes.get_title().splitlines()[-1] for axes in comparison_panel(few, LEADERS).axes]
    assert titles == ["n = 6 to 7 subjects", "n = 28 subjects"]
    none = comparison_panel(few, LEADERS[:0])
    labels = [axes.get_xlabel().replace("\n", " ") for axes in none.axes]
    assert [label.rpartition("0 ")[2] for label in labels] == [
        f"too few to name a leader (at least {n})" for n in (15, 29)
    ]
    assert "none is shown to lead" in written(none)
    assert "doesn't lead" not in written(none)
    assert "doesn't lead" in written(figure)
    figure.savefig(tmp_path / "comparison.png")
    assert (tmp_path / "comparison.png").stat().st_size > 10_000


def test_nothing_to_compare_is_an_error():
    with pytest.raises(ParameterError, match="at least one score"):
        comparison_panel(SCORES.iloc[:0], LEADERS)


def test_scores_paired_with_their_reference_are_drawn_as_differences_from_it(forecasts):
    (axes,) = comparison_panel(forecasts, LEADERS[:0]).axes
    assert [float(dots.get_offsets()[0, 0]) for dots in axes.collections] == pytest.approx(
        [0.04, 0.06]
    )
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == [0]
    ends = [[*line.get_xdata()] for line in axes.lines]
    assert np.allclose(ends[-2:], [[0.01, 0.07], [0.01, 0.11]])
    assert axes.get_xlabel() == (
        "R², difference from AR (own past)\ndashed: as AR (own past), whose mean is 0.30"
    )


def test_means_over_different_units_are_not_subtracted(forecasts):
    (axes,) = comparison_panel(forecasts.assign(n=[20, 19]), LEADERS[:0]).axes
    assert [float(dots.get_offsets()[0, 0]) for dots in axes.collections] == [0.34, 0.36]
    assert axes.get_xlabel() == "R²\ndashed: AR (own past), 0.30"


def test_panels_of_the_same_methods_stand_together_without_empty_rows(forecasts):
    figure = comparison_panel(pd.concat([SCORES[:2], forecasts, SCORES[2:]]), LEADERS)
    assert [axes.get_title().splitlines()[0] for axes in figure.axes] == [
        "fingerprint", "behaviour", "forecast",
    ]  # fmt: skip
    rows = [len(axes.get_yticks()) for axes in figure.axes]
    assert rows == [2, 2, 2]
    assert [text.get_text() for text in figure.axes[1].texts] == ["no value"]


def test_the_required_agreement_has_its_one_name(forecasts, written):
    seeds = SCORES[:1].assign(score="reliability", measure="r between seeds", reference=0.9)
    said = written(comparison_panel(seeds, LEADERS[:0]))
    assert "dashed: least agreement (study key: least_agreement), 0.90" in said


def test_twelve_methods_with_long_names_fit_into_a_page(cut_off, overlapping):
    names = [f"a_method_with_quite_a_long_name_{n}" for n in range(12)]
    many = pd.concat(
        SCORES[:1].assign(method=name, measure=measure)
        for measure in ("accuracy", "accuracy from 1200 frames", "accuracy from 600 frames")
        for name in names
    )
    figure = comparison_panel(many, LEADERS)
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)
    assert cut_off(figure) == []
    assert overlapping(figure) == []


def test_one_method_has_room_beneath_its_texts(cut_off, overlapping):
    panels = [
        SCORES[:1].assign(score=score, measure=measure, n=n, reference=0.9)
        for score, measure, n in (
            ("reliability", "r between seeds", 12),
            ("fingerprint", "accuracy from 1200 frames", 12),
            ("behaviour", "r over all targets (mean over 58 measures)", 12),
            ("group contrast", "share of connections that differ", 40),
        )
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib's warning that axes collapsed
        figure = comparison_panel(pd.concat(panels), LEADERS[:0])
        figure.draw_without_rendering()
    assert cut_off(figure) == []
    assert overlapping(figure) == []
    assert min(axes.get_position().height * figure.get_figheight() for axes in figure.axes) > 0.1
