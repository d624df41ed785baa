"""Losses are drawn as they were, and the best epoch is the best."""

from dataclasses import dataclass

import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import training_curve


@dataclass(frozen=True)
class Epoch:
    number: int
    loss: float
    mse: float
    validation_loss: float | None = None
    validation_r2: float | None = None


HISTORY = (
    Epoch(1, 1.0, 0.9, 1.2, 0.1),
    Epoch(2, 0.6, 0.5, 0.8, 0.4),
    Epoch(3, 0.4, 0.3, 0.9, 0.3),
)


def _drawn(axes) -> dict[str, list[float]]:
    return {line.get_label(): list(line.get_ydata()) for line in axes.lines}


def test_every_loss_is_drawn() -> None:
    losses, r2 = training_curve(HISTORY).axes
    assert _drawn(losses)["training"] == [1.0, 0.6, 0.4]
    assert _drawn(losses)["training, squared error only"] == [0.9, 0.5, 0.3]
    assert _drawn(losses)["validation"] == [1.2, 0.8, 0.9]
    assert _drawn(r2)["validation"] == [0.1, 0.4, 0.3]
    assert list(losses.lines[0].get_xdata()) == [1, 2, 3]


def test_the_best_epoch_has_the_lowest_validation_loss(written) -> None:
    figure = training_curve(HISTORY)
    assert all(axes.lines[-1].get_xdata()[0] == 2 for axes in figure.axes)
    assert "best of 3 epochs: 2 (validation loss 0.8, R² 0.400)" in written(figure)


def test_without_validation_the_loss_decides_and_there_is_no_second_axis(written) -> None:
    figure = training_curve([Epoch(1, 0.5, 0.5), Epoch(2, 0.7, 0.7)])
    (losses,) = figure.axes
    assert losses.lines[-1].get_xdata()[0] == 1
    assert "squared error only" not in written(figure)
    assert "validation" not in written(figure)


def test_one_epoch_is_a_point(written) -> None:
    figure = training_curve([Epoch(1, 0.5, 0.5)])
    assert figure.axes[0].lines[0].get_marker() == "o"
    assert "one epoch (training loss 0.5)" in written(figure)


def test_epochs_that_failed_are_gaps_and_never_best() -> None:
    nan = float("nan")
    figure = training_curve([Epoch(1, 1.0, 1.0, nan, None), Epoch(2, 0.5, 0.5, 0.7, nan)])
    assert figure.axes[0].lines[-1].get_xdata()[0] == 2
    assert len(figure.axes) == 1


def test_losses_of_many_sizes_get_a_logarithmic_axis() -> None:
    assert training_curve([Epoch(1, 90.0, 90.0), Epoch(2, 1.0, 1.0)]).axes[0].get_yscale() == "log"
    assert training_curve(HISTORY).axes[0].get_yscale() == "linear"


def test_everything_is_named_and_nothing_is_cut_off(written, cut_off, overlapping) -> None:
    figure = training_curve(HISTORY)
    for part in ("epoch", "loss (squared error per value)", "validation R²", "best epoch"):
        assert part in written(figure)
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_no_epoch_is_refused() -> None:
    with pytest.raises(ParameterError, match="at least one epoch"):
        training_curve([])
