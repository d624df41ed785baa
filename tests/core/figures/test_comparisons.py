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


def test_who_leads_is_full_and_a_panel_without_a_leader_says_so(tmp_path):
    figure = comparison_panel(SCORES, LEADERS)
    first, second = figure.axes
    assert [label.get_text() for label in first.get_yticklabels()] == ["Pearson", "Granger (ridge)"]
    white = [bool((dots.get_facecolors()[0, :3] == 1).all()) for dots in first.collections]
    assert white == [False, True]
    assert first.get_xlabel() == ""
    assert second.get_xlabel() == "no method is shown to beat the reference"
    assert first.get_title() == "fingerprint\naccuracy\nn = 20 subjects"
    assert second.get_title().endswith("n = 40 subjects")
    few = SCORES.assign(n=[6, 7, 28])
    titles = [axes.get_title().splitlines()[-1] for axes in comparison_panel(few, LEADERS).axes]
    assert titles == ["n = 6 to 7 subjects", "n = 28 subjects"]
    labels = [axes.get_xlabel() for axes in comparison_panel(few, LEADERS[:0]).axes]
    assert labels == [f"too few to name a leader (at least {n})" for n in (15, 29)]
    figure.savefig(tmp_path / "comparison.png")
    assert (tmp_path / "comparison.png").stat().st_size > 10_000


def test_nothing_to_compare_is_an_error():
    with pytest.raises(ParameterError, match="at least one score"):
        comparison_panel(SCORES.iloc[:0], LEADERS)
