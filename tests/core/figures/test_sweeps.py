"""Every hyper-parameter that varies has a panel, with a point per configuration."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from attnconn_core.errors import ParameterError
from attnconn_core.figures import sweep_panel, varied
from attnconn_core.figures.style import CROSS

PARAMETERS = pd.DataFrame(
    [(128, 3, 3, None, 7), (64, 3, 3, None, 7), (128, 2, 2, None, 7), (192, 3, 3, 0.5, 7)],
    index=["base", "hidden_64", "layers_2", "both"],
    columns=["hidden_dim", "input_layers", "prediction_layers", "dropout", "seed"],
)
R2 = pd.DataFrame({"validation_r2": [0.4, 0.3, 0.5, 0.2], "folds": 2}, index=PARAMETERS.index)


def _alone(axes) -> list[tuple[float, float]]:
    (line,) = axes.lines
    return [*zip(line.get_xdata(), line.get_ydata(), strict=True)]


def test_parameters_that_vary_have_a_panel_and_those_that_go_together_share_it() -> None:
    assert varied(PARAMETERS.astype(str)) == [
        ("hidden_dim",),
        ("input_layers", "prediction_layers"),
        ("dropout",),
    ]
    figure = sweep_panel(R2, PARAMETERS, "layers_2")
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert labels == ["hidden dim", "input layers and prediction layers", "dropout"]
    ticks = [[tick.get_text() for tick in axes.get_xticklabels()] for axes in figure.axes]
    # In the order of numbers, not of letters; a value that stands for several is said once.
    assert ticks == [["64", "128", "192"], ["2", "3"], ["0.5", "none"]]


def test_a_line_joins_what_differs_from_the_reference_in_this_alone() -> None:
    hidden, layers, dropout = sweep_panel(R2, PARAMETERS, "layers_2").axes
    assert _alone(hidden) == [(0, 0.3), (1, 0.4)]
    assert _alone(layers) == [(0, 0.5), (1, 0.4)]
    assert _alone(dropout) == [(1, 0.4)]
    grey = hidden.collections[0]
    assert to_hex(grey.get_facecolor()[0]) == CROSS
    np.testing.assert_allclose(grey.get_offsets(), [(1, 0.5), (2, 0.2)])


def test_the_champion_has_a_ring() -> None:
    for axes in sweep_panel(R2, PARAMETERS, "layers_2").axes:
        ((_, y),) = axes.collections[1].get_offsets()
        assert y == 0.5


def test_a_configuration_without_validation_is_left_out(written) -> None:
    lacking = R2.copy()
    lacking.loc["both", "validation_r2"] = np.nan
    figure = sweep_panel(lacking, PARAMETERS, "layers_2")
    assert figure.axes[0].get_xlabel() == "hidden dim"
    assert len(figure.axes) == 2
    said = " ".join(written(figure).split())
    assert "3 configurations of a cohort model, each the mean of 2 folds" in said
    assert "validation R²" in said


def test_values_that_go_together_but_differ_are_both_said() -> None:
    both = PARAMETERS.assign(prediction_layers=[9, 9, 8, 9])
    (_, axes, _) = sweep_panel(R2, both, "base").axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["2 / 8", "3 / 9"]


def test_nothing_is_cut_off(cut_off, overlapping) -> None:
    figure = sweep_panel(R2, PARAMETERS, "base")
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_what_can_not_be_drawn_is_refused() -> None:
    with pytest.raises(ParameterError, match="hyper-parameter that varies"):
        sweep_panel(R2.iloc[:1], PARAMETERS.iloc[:1], "base")
    with pytest.raises(ParameterError, match=r"same rows; got base, hidden_64 and base$"):
        sweep_panel(R2.iloc[:2], PARAMETERS.iloc[:1], "base")
