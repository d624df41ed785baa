"""r and R² of every method for every target, none left out in silence."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import behaviour_panel

METHODS = ("pearson", "granger", "attention_subject")
TARGETS = ("Relational_Task_Median_RT", "Age", "PMAT24_A_CR")


@pytest.fixture
def scores() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "method": method,
                "target": target,
                "r": 0.1 * place + 0.01 * rng.normal(),
                "r2": 0.05 * rng.normal(),
            }
            for place, target in enumerate(TARGETS)
            for method in METHODS
        ]
    )


def test_every_score_is_a_point_in_its_row(scores: pd.DataFrame) -> None:
    left, right = behaviour_panel(scores).axes
    # Best mean r on top.
    assert [label.get_text() for label in left.get_yticklabels()] == list(TARGETS[::-1])
    for axes, name in ((left, "r"), (right, "r2")):
        for method, drawn in zip(METHODS, axes.collections, strict=True):
            rows = scores[scores["method"] == method].set_index("target")
            np.testing.assert_allclose(
                sorted(drawn.get_offsets().tolist(), key=lambda point: point[1]),
                [[rows.loc[target, name], row] for row, target in enumerate(TARGETS[::-1])],
            )


def test_zero_is_marked(scores: pd.DataFrame) -> None:
    for axes in behaviour_panel(scores).axes:
        assert list(axes.lines[0].get_xdata()) == [0, 0]
        low, high = axes.get_xlim()
        assert low < 0 < high


def test_everything_is_named_and_nothing_is_cut_off(
    scores: pd.DataFrame, written, cut_off, overlapping
) -> None:
    figure = behaviour_panel(scores)
    text = written(figure)
    for part in (*TARGETS, "Pearson", "Granger (ridge)", "Attention (subject)", "R²", "3 measures"):
        assert part in text
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_62_targets_fit(cut_off, overlapping) -> None:
    table = pd.DataFrame(
        {
            "method": "pearson",
            "target": [f"Gambling_Task_Perc_{number}" for number in range(62)],
            "r": np.linspace(-0.1, 0.3, 62),
            "r2": np.linspace(-0.2, 0.1, 62),
        }
    )
    figure = behaviour_panel(table)
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_an_undefined_score_is_left_out_and_its_target_kept(scores: pd.DataFrame, written) -> None:
    scores.loc[scores["target"] == "Age", ["r", "r2"]] = np.nan
    figure = behaviour_panel(scores)
    assert "Age" in written(figure)
    assert figure.axes[0].get_yticklabels()[-1].get_text() == "Age"


def test_a_failed_prediction_is_counted(scores: pd.DataFrame, written) -> None:
    scores.loc[4, "r2"] = -1e5
    figure = behaviour_panel(scores)
    assert figure.axes[1].get_xlim()[0] > -2
    assert "1 below" in written(figure)


def test_what_can_not_be_drawn_is_refused(scores: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="missing: r2"):
        behaviour_panel(scores.drop(columns="r2"))
    with pytest.raises(ParameterError, match="at least one row"):
        behaviour_panel(scores.iloc[:0])
    with pytest.raises(ParameterError, match="more for pearson and Age"):
        behaviour_panel(pd.concat([scores, scores.iloc[[3]]]))
