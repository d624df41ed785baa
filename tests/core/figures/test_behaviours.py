"""r and R² of every method for every target, none left out in silence."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from attnconn_core.errors import ParameterError
from attnconn_core.figures import behaviour_panel
from attnconn_core.figures.style import MISSING

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
        drawn = _points(axes)
        assert len(drawn) == len(METHODS) * len(TARGETS)
        for row, target in enumerate(TARGETS[::-1]):
            own = scores[scores["target"] == target].set_index("method")[name]
            # In the row of a target, methods have a line each.
            in_row = [x for x, y, _ in sorted(drawn, key=lambda p: p[1]) if round(y) == row]
            np.testing.assert_allclose(in_row, own[list(METHODS)])


def _points(axes) -> list[tuple[float, float, str]]:
    return [(*each.get_offsets()[0], to_hex(each.get_facecolor()[0])) for each in axes.collections]


def _intervals(axes) -> list[tuple[float, float]]:
    return sorted(tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 1.6)


def test_r_and_r2_have_their_intervals(scores: pd.DataFrame, written) -> None:
    scores = scores.assign(lower=scores["r"] - 0.2, upper=scores["r"] + 0.3)
    assert not _intervals(behaviour_panel(scores).axes[1])
    scores = scores.assign(r2_lower=scores["r2"] - 0.4, r2_upper=scores["r2"] + 0.1)
    figure = behaviour_panel(scores)
    for axes, ends in zip(figure.axes, (("lower", "upper"), ("r2_lower", "r2_upper")), strict=True):
        pairs = sorted(scores[[*ends]].itertuples(index=False, name=None))
        np.testing.assert_allclose(_intervals(axes), pairs)
    assert "95 % interval" in written(figure)
    assert "cut at" not in written(figure)
    wide = behaviour_panel(scores.assign(r2_lower=-7.0))
    assert {low for low, _ in _intervals(wide.axes[1])} == {-1}
    assert "intervals are cut at −1" in written(wide)
    assert "95 %" not in written(behaviour_panel(scores.drop(columns="lower")))


def test_what_is_no_finding_is_grey(scores: pd.DataFrame, written) -> None:
    scores = scores.assign(star=scores["method"] == "granger")
    figure = behaviour_panel(scores)
    for axes, name in zip(figure.axes, ("r", "r2"), strict=True):
        coloured = [x for x, _, colour in _points(axes) if colour != MISSING]
        np.testing.assert_allclose(sorted(coloured), sorted(scores.loc[scores["star"], name]))
    assert "grey: no finding" in written(figure)
    assert "q below .05" in written(figure)
    every = written(behaviour_panel(scores.assign(star=True)))
    assert "grey" not in every


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


def test_62_targets_fit(written, cut_off, overlapping) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        [
            (method, f"Gambling_Task_Perc_{number}", r, r - 0.2, r - 0.1, r + 0.1, r > 0.25)
            for number in range(62)
            for method in METHODS
            for r in [rng.uniform(-0.1, 0.3)]
        ],
        columns=["method", "target", "r", "r2", "lower", "upper", "star"],
    )
    figure = behaviour_panel(table)
    assert not cut_off(figure)
    assert not overlapping(figure)
    # On one line per target, intervals would hide each other: only findings have one.
    left = figure.axes[0]
    drawn = [line for line in left.lines if line.get_linewidth() == 1.6]
    assert len(drawn) == table["star"].sum()
    assert {y for _, y, _ in _points(left)} == {*range(62)}
    assert "of findings" in written(figure)


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
