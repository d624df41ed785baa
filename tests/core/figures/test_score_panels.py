import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import score_panel

METHODS = ["granger", "pearson", "attention_subject", "of_somebody_else"]


@pytest.fixture
def single():
    return pd.DataFrame(
        {
            "method": METHODS,
            "kind": "method",
            "d_prime": [0.2, -0.5, np.nan, 0.9],
            "d_prime_lower": [0.1, np.nan, np.nan, 0.7],
            "d_prime_upper": [0.4, np.nan, np.nan, 1.0],
            "other": 7.0,
        }
    )


def test_the_first_number_is_drawn_with_its_interval(single, written, cut_off, overlapping):
    figure = score_panel(single, "Discriminability", "What it says.")
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["Pearson", "Granger (ridge)", "Attention (subject)", "of somebody else"]
    assert axes.get_xlabel() == "d prime, line: interval"
    lines = [line.get_xdata() for line in axes.lines if len(set(line.get_ydata())) == 1]
    intervals = [list(map(float, each)) for each in lines if set(each) != {0, 1}]
    assert intervals == [[0.1, 0.4], [0.7, 1.0]]
    said = written(figure)
    assert "−0.5" in said
    assert "no value" in said
    assert "What it says." in said
    assert cut_off(figure) == []
    assert overlapping(figure) == []


def test_of_several_rows_every_value_and_the_mean_are_drawn():
    table = pd.DataFrame(
        {"method": ["pearson", "pearson", "pearson", "granger"], "r": [0.1, 0.2, 0.6, 0.4]}
    )
    (axes,) = score_panel(table, "r").axes
    assert axes.get_xlabel() == "r, bar: mean"
    assert [len(dots.get_offsets()) for dots in axes.collections] == [3, 1]
    bars = [line.get_xdata() for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert np.allclose(bars, 0.3)
    assert len(bars) == 1


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (pd.DataFrame(), "a column method and a row; got 0 rows of no column"),
        (pd.DataFrame({"r": [1.0]}), "a column method and a row; got 1 rows of r"),
        (pd.DataFrame({"method": ["a"], "kind": ["b"]}), "a column of numbers; got method, kind"),
    ],
)
def test_what_cannot_be_drawn_is_refused(table, complaint):
    with pytest.raises(ParameterError, match=complaint):
        score_panel(table, "A score")
