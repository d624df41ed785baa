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
    assert seeds.get_xlabel() == "7 subjects"
    assert [text.get_text() for text in strengths.texts][:5] == [".10", ".20", ".30", ".40", ".50"]


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
