"""Training curves of a forecaster: loss and forecast skill by epoch."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from attnconn_core.errors import ParameterError
from attnconn_core.figures.style import INK, SMALL, canvas, heading, tidy

__all__ = ["EpochLike", "training_curve"]

_TRAIN, _VALIDATION = "#0072B2", "#D55E00"


@runtime_checkable
class EpochLike(Protocol):
    """One epoch to draw, such as `attnconn_core.forecasting.fitting.Epoch`."""

    @property
    def number(self) -> int:
        """Number of the epoch, as counted by the fitting."""

    @property
    def loss(self) -> float:
        """The loss that was minimised, regulariser included."""

    @property
    def mse(self) -> float:
        """Its squared error alone."""

    @property
    def validation_loss(self) -> float | None:
        """Loss on the validation part; None if there is none."""

    @property
    def validation_r2(self) -> float | None:
        """R² on the validation part, mean over regions; None if there is none."""


def training_curve(history: Sequence[EpochLike]) -> Figure:
    """Draw the loss over epochs and, if there is a validation part, its R².

    The best epoch is the one with the lowest validation loss or, without validation,
    the lowest loss. The squared error has its own line if a regulariser makes
    it differ from the loss. Losses that span more than a factor of 30 get a
    logarithmic axis.

    Raises
    ------
    ParameterError
        If there is no epoch.
    """
    if not history:
        raise ParameterError("a training curve needs at least one epoch; got none")
    judged = _column(history, "validation_r2")
    has_r2 = bool(np.isfinite(judged).any())
    figure = canvas(height=3.8)
    axes = figure.subplots(1, 2 if has_r2 else 1, squeeze=False)[0]
    best = _best(history)
    _draw_losses(axes[0], history)
    axes[0].set_ylabel("loss (squared error per value)")
    if has_r2:
        _line(axes[1], history, "validation_r2", "validation", _VALIDATION)
        axes[1].set_ylabel("validation R² (mean over regions)")
    for panel in axes:
        _finish(panel, history, best)
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=4,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
    heading(figure, "Training", _summary(history, best))
    return figure


def _draw_losses(axes: Axes, history: Sequence[EpochLike]) -> None:
    _line(axes, history, "loss", "training", _TRAIN)
    loss, mse = _column(history, "loss"), _column(history, "mse")
    if not np.allclose(loss, mse, rtol=1e-6, atol=0, equal_nan=True):
        _line(axes, history, "mse", "training, squared error only", _TRAIN, dashed=True)
    _line(axes, history, "validation_loss", "validation", _VALIDATION)
    drawn = np.concatenate([loss, mse, _column(history, "validation_loss")])
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size and drawn.min() > 0 and drawn.max() > 30 * drawn.min():
        axes.set_yscale("log")


def _line(
    axes: Axes,
    history: Sequence[EpochLike],
    name: str,
    label: str,
    colour: str,
    *,
    dashed: bool = False,
) -> None:
    values = _column(history, name)
    if np.isfinite(values).any():
        numbers = [epoch.number for epoch in history]
        # A single epoch is a point, which a line alone doesn't show.
        axes.plot(
            numbers,
            values,
            "--" if dashed else "-",
            color=colour,
            label=label,
            marker="o",
            markersize=4 if len(history) <= 40 else 0,
            linewidth=1.6,
        )


def _finish(axes: Axes, history: Sequence[EpochLike], best: EpochLike) -> None:
    axes.axvline(best.number, color=INK, linewidth=1, linestyle=":", label="best epoch")
    tidy(axes, grid="y")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    numbers = [epoch.number for epoch in history]
    axes.set_xlim(min(numbers) - 0.5, max(numbers) + 0.5)


def _best(history: Sequence[EpochLike]) -> EpochLike:
    for name in ("validation_loss", "loss"):
        values = _column(history, name)
        if np.isfinite(values).any():
            return history[int(np.nanargmin(np.where(np.isfinite(values), values, np.nan)))]
    return history[-1]


def _summary(history: Sequence[EpochLike], best: EpochLike) -> str:
    part, loss = (
        ("training", best.loss)
        if best.validation_loss is None
        else ("validation", best.validation_loss)
    )
    r2 = "" if best.validation_r2 is None else f", R² {best.validation_r2:.3f}"
    which = f"best of {len(history)} epochs: {best.number}" if len(history) > 1 else "one epoch"
    return f"{which} ({part} loss {loss:.4g}{r2})"


def _column(history: Sequence[EpochLike], name: str) -> np.ndarray:
    values = [getattr(epoch, name) for epoch in history]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
