"""Every scan's R² is a point, means are means over subjects, and AR is the line to beat."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import forecast_panel, forecast_scatter
from attnconn_core.scoring.comparison.paired_tests import mean_interval

METHODS = ("ar", "ridge_var", "ridge_var_own_past", "granger", "attention_subject")


@pytest.fixture
def r2() -> pd.DataFrame:
    index = pd.MultiIndex.from_product(
        [[f"10030{number}" for number in range(7)], ["test", "retest"]],
        names=["subject", "session"],
    )
    values = np.random.default_rng(0).normal(0.45, 0.03, size=(14, len(METHODS)))
    return pd.DataFrame(values, index=index, columns=list(METHODS))


def _by_row(axes) -> dict[int, list[float]]:
    drawn: dict[int, list[float]] = {}
    for collection in axes.collections:
        for x, y in collection.get_offsets():
            drawn.setdefault(round(y), []).append(x)
    return drawn


def test_every_scan_is_a_point_and_methods_go_by_family(r2: pd.DataFrame) -> None:
    axes = forecast_panel(r2).axes[0]
    ordered = ("granger", "attention_subject", "ar", "ridge_var", "ridge_var_own_past")
    drawn = _by_row(axes)
    for row, method in enumerate(ordered):
        np.testing.assert_allclose(np.sort(drawn[row]), np.sort(r2[method]))
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0] == "Granger (ridge)"
    assert names[2] == "AR (own past)"


def test_means_are_drawn_and_written(r2: pd.DataFrame, written) -> None:
    figure = forecast_panel(r2)
    bars = [line for line in figure.axes[0].lines if line.get_linewidth() == 2.2]
    drawn = [line.get_xdata()[0] for line in bars]
    ordered = ["granger", "attention_subject", "ar", "ridge_var", "ridge_var_own_past"]
    np.testing.assert_allclose(drawn, r2[ordered].mean())
    by_subject = r2["granger"].groupby(level=0).mean()
    mean, low, high = mean_interval(by_subject.to_numpy())
    assert f"{mean:.3f} [{low:.3f}, {high:.3f}]" in written(figure)
    drawn = [list(line.get_xdata()) for line in figure.axes[0].lines]
    assert [low, high] in drawn
    said = " ".join(written(figure).split())
    assert "n = 7 subjects, 14 sessions" in said
    assert "mean over subjects with its 95 % interval, uncorrected" in said
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)


def test_filled_and_hollow_markers_have_one_size(r2: pd.DataFrame) -> None:
    first, second = forecast_panel(r2).axes[0].collections[:2]
    assert list(first.get_sizes()) == list(second.get_sizes())
    # A white edge would be cut out of a filled marker.
    assert first.get_edgecolors()[0].tolist()[:3] == second.get_edgecolors()[0].tolist()[:3]
    assert first.get_linewidths() == second.get_linewidths()


def test_the_baseline_is_the_mean_of_ar(r2: pd.DataFrame, written) -> None:
    figure = forecast_panel(r2)
    line = next(each for each in figure.axes[0].lines if each.get_linestyle() == "--")
    assert line.get_xdata()[0] == pytest.approx(r2["ar"].mean())
    assert "mean of AR" in written(figure)
    assert "mean of AR" not in written(forecast_panel(r2.drop(columns="ar")))


def test_every_subject_weighs_the_same(r2: pd.DataFrame) -> None:
    uneven = r2[["ar"]].iloc[:3]  # two sessions of one subject, one of another
    figure = forecast_panel(uneven)
    (bar,) = [line for line in figure.axes[0].lines if line.get_linewidth() == 2.2]
    first, second = uneven["ar"].iloc[:2].mean(), uneven["ar"].iloc[2]
    assert bar.get_xdata()[0] == pytest.approx((first + second) / 2)


def test_a_method_without_forecasts_says_so(r2: pd.DataFrame, written, cut_off) -> None:
    r2["pearson"] = np.nan
    r2.iloc[0, 0] = np.nan
    figure = forecast_panel(r2)
    assert "no values" in written(figure)
    assert sum(len(points) for points in _by_row(figure.axes[0]).values()) == 14 * 5 - 1
    assert not cut_off(figure)


def test_a_failed_forecast_does_not_press_the_others_together(r2: pd.DataFrame, written) -> None:
    r2.iloc[3, 4] = -40.0
    figure = forecast_panel(r2)
    assert figure.axes[0].get_xlim()[0] > -0.5
    assert "1 below" in written(figure)
    assert sum(len(points) for points in _by_row(figure.axes[0]).values()) == 14 * 5


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_everything_is_named_and_nothing_is_cut_off(
    sessions: int, written, cut_off, overlapping
) -> None:
    index = pd.MultiIndex.from_product([list("abcd"), [f"ses{n}" for n in range(sessions)]])
    values = np.random.default_rng(0).normal(size=(4 * sessions, 5))
    figure = forecast_panel(pd.DataFrame(values, index=index, columns=list(METHODS)))
    text = written(figure)
    assert "R² on the test part (mean over regions)" in text
    assert ("ses1" in text) == (sessions == 2)
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"got shape \(0, 1\)"):
        forecast_panel(pd.DataFrame({"ar": []}))


def _scatter(x: np.ndarray, y: np.ndarray, names: list[str]):
    return forecast_scatter(x, y, names, x_method="granger", y_method="attention_subject")


def test_a_scatter_has_a_point_a_scan_and_equal_axes(written, cut_off, overlapping) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(0.45, 0.03, 14), rng.normal(0.46, 0.03, 14)
    figure = _scatter(x, y, [f"10030{number} test" for number in range(14)])
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), np.column_stack([x, y]))
    assert axes.get_xlim() == axes.get_ylim()
    identity = axes.lines[0]
    assert list(identity.get_xdata()) == list(identity.get_ydata())
    text = written(figure)
    for part in (
        "R² of Granger (ridge)",
        "R² of Attention (subject)",
        f"higher by Attention (subject) in {(y > x).sum()} of them",
        "100303 test",
    ):
        assert part in text
    assert axes.get_xlabel() == "R² of Granger (ridge)"
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_pairs_with_a_nan_are_left_out_of_the_scatter(written) -> None:
    x, y = np.array([0.1, np.nan, 0.3]), np.array([0.2, 0.5, np.nan])
    text = written(_scatter(x, y, ["a", "b", "c"]))
    assert "1 sessions (points); R² is higher by Attention (subject) in 1 of them" in text
    assert "b" not in text.splitlines()


def test_many_points_are_not_named(written) -> None:
    x = np.linspace(0, 1, 60)
    assert "scan 7" not in written(_scatter(x, x, [f"scan {number}" for number in range(60)]))


def test_a_scatter_of_nothing_is_refused() -> None:
    one, nan = np.array([0.5]), np.array([np.nan])
    with pytest.raises(ParameterError, match="1 points, 2 names"):
        _scatter(one, one, ["a", "b"])
    with pytest.raises(ParameterError, match="no session has an R² of both"):
        _scatter(one, nan, ["a"])
