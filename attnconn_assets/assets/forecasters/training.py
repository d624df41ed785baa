"""Training a forecaster: what the cohort's and the sessions' models have in common."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attnconn_assets.building.work import Work
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.tracking.run import TrackedRun
from attnconn_core.figures import png, training_curve
from attnconn_core.forecasting import AttentionForecaster, Epoch, Fit, fit, save_forecaster
from attnconn_core.records import TimeSeries

__all__ = ["curve_of", "final_numbers", "train", "writer_of"]


def train(
    work: Work,
    configuration: Configuration,
    parts: Sequence[TimeSeries],
    run: TrackedRun,
    start: AttentionForecaster | None = None,
) -> Fit:
    """Train on some series; MLflow and the log show how it goes."""
    run.send()  # so that MLflow shows the parameters while training goes on
    epochs = configuration.training.epochs
    tell = work.every(epochs)

    def on_epoch(epoch: Epoch) -> None:
        tell(
            epoch.number,
            f"{work.partition}: epoch {epoch.number} of {epochs}, loss {epoch.loss:.5g}",
        )

    fitted = fit(configuration.model, parts, configuration.training, start=start, on_epoch=on_epoch)
    run.curve(fitted.history)
    run.metrics(final_numbers(fitted))
    return fitted


def writer_of(
    work: Work, forecaster: AttentionForecaster, regions: tuple[str, ...]
) -> Callable[[Path], None]:
    """Return a function that writes a forecaster to a given path."""
    origin = work.runs.origin
    note = {"study": origin.study, "asset": work.asset, "partition": work.partition}
    return partial(save_forecaster, forecaster=forecaster, regions=regions, note=note)


def curve_of(fitted: Fit) -> bytes:
    """Draw how training went, as PNG."""
    return png(training_curve(fitted.history), dpi=80)


def final_numbers(fitted: Fit) -> dict[str, Any]:
    """Return the numbers of the epoch whose weights were kept."""
    last = next(each for each in fitted.history if each.number == fitted.best_epoch)
    return {
        "final_loss": last.loss,
        "validation_r2": last.validation_r2,
        "best_epoch": fitted.best_epoch,
        "windows": fitted.n_windows,
        "training_seconds": fitted.seconds,
    }
