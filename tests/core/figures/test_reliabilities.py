"""The figure of reliability: a row per method, what can't be repeated is said."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures import Styles, reliability_panel, score_figures
from attnconn_core.figures.context import FigureContext
from attnconn_core.scoring import Reliability

ENDS = ("", "_lower", "_upper")


def row(method, seeds, halves, icc):
    found = {"method": method, "seeds_n": 0 if np.isnan(seeds) else 7, "halves_n": 7, "icc_n": 7}
    named = {"seeds_r": seeds, "ensemble_r": seeds, "halves_r": halves, "halves_corrected": halves}
    for name, value in {**named, "icc": icc, "icc_median": icc}.items():
        found |= dict(zip((f"{name}{e}" for e in ENDS), (value, value - 0.1, value), strict=True))
    return found


SCORES = pd.DataFrame(
    [row("pearson", np.nan, 0.8, 0.5), row("attention_subject", 0.31, 0.6, -0.05)]
)
STRENGTHS = pd.DataFrame(
    [
        {"method": method, "part": part, "icc": part / 10}
        for method in SCORES["method"]
        for part in range(1, 6)
    ]
)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_methods_have_rows_with_their_values_and_the_strengths_their_numbers():
    figure = reliability_panel(SCORES, STRENGTHS)
    seeds, halves, icc, strengths = figure.axes
    assert [label.get_text() for label in seeds.get_yticklabels()] == [
        "Pearson", "Attention (subject)",
    ]  # fmt: skip
    drawn = [float(each.get_offsets()[0, 0]) for each in halves.collections]
    assert drawn == [0.8, 0.8, 0.6, 0.6]
    assert "not trained" in texts(figure)
    assert len(seeds.collections) == 2
    assert icc.get_xlim()[0] == pytest.approx(-0.15 - 0.04)
    assert seeds.get_xlabel() == "Pearson's r\n7 subjects"
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)
    assert [text.get_text() for text in strengths.texts][:5] == [".10", ".20", ".30", ".40", ".50"]


def test_every_mark_has_its_own_meaning_and_interval(written, cut_off, overlapping):
    apart = SCORES.assign(icc_median=0.02, icc_median_lower=-0.02, icc_median_upper=0.03)
    figure = reliability_panel(apart, STRENGTHS, 0.85)
    icc = figure.axes[2]
    rows = {tuple(line.get_xdata()): line.get_ydata()[0] for line in icc.lines}
    # Marks are drawn from the first row to the last, the mean edge before the median one.
    assert rows[(-0.02, 0.03)] == icc.collections[3].get_offsets()[0, 1]
    assert rows[(0.4, 0.5)] == icc.collections[0].get_offsets()[0, 1]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [
        "mean over subjects; ICC: mean over edges",
        "expected of the mean of 5 seeds",
        "expected of whole sessions",
        "ICC: median over edges",
        "95 % interval",
        "least agreement (study key: least_agreement): 0.85",
    ]
    handles = figure.legends[0].legend_handles[:4]
    assert len({handle.get_marker() for handle in handles}) == 4
    assert cut_off(figure) == []
    assert overlapping(figure) == []


def test_twelve_methods_with_long_names_fit(cut_off, overlapping):
    names = [f"a_method_with_quite_a_long_name_{n}" for n in range(12)]
    many = pd.DataFrame([row(name, 0.9, 0.8, 0.5) for name in names])
    figure = reliability_panel(many, STRENGTHS.assign(method=names[0])[:5])
    assert cut_off(figure) == []
    assert overlapping(figure) == []


def test_without_retests_or_intervals_it_is_drawn_all_the_same():
    bare = SCORES.assign(**{f"{name}{e}": np.nan for name in ("icc", "icc_median") for e in ENDS})
    figure = reliability_panel(bare.assign(icc_n=0), STRENGTHS.iloc[:0])
    assert texts(figure).count("no value") == 3
    with pytest.raises(ParameterError, match="at least one method"):
        reliability_panel(SCORES.iloc[:0], STRENGTHS)


def test_a_warning_is_a_sign_in_the_label_and_is_explained():
    styles = Styles(warned=["attention_subject"])
    figure = reliability_panel(SCORES, STRENGTHS, styles=styles)
    assert figure.axes[0].get_yticklabels()[1].get_text() == "Attention (subject) ⚠"
    written = "".join(text.get_text() for text in figure.findobj() if hasattr(text, "get_text"))
    assert "⚠: matrices that must not be interpreted" in " ".join(written.split())
    assert styles.explanation(["pearson"]) == ""


def test_it_draws_what_the_score_found(make_study):
    study = make_study()
    scored = Reliability().score(study)
    context = FigureContext(study.methods, study.regions, study.design)
    figures = score_figures(Reliability(), scored, context)
    assert list(figures) == ["figure"]
    assert len(figures["figure"].axes) == 4
