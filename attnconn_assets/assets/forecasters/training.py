"""Training of a forecaster, for cohort models and session models."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attnconn_assets.assets.forecasters.beginning import FRESH, Beginning, fit_from
from attnconn_assets.building.training_log import epoch_log
from attnconn_assets.building.work import Work
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.tracking.run import TrackedRun
from attnconn_core.forecasting import AttentionForecaster, Fit, save_forecaster
from attnconn_core.records import TimeSeries

__all__ = ["final_numbers", "train", "writer_of"]


def train(
    work: Work,
    configuration: Configuration,
    parts: Sequence[TimeSeries],
    run: TrackedRun,
    beginning: Beginning = FRESH,
) -> Fit:
    """Train on series; the progress is shown in MLflow and the log."""
    run.send()  # so that MLflow shows the parameters during training
    on_epoch = epoch_log(work, configuration.training.epochs)
    fitted = fit_from(beginning, configuration, parts, on_epoch)
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


def final_numbers(fitted: Fit) -> dict[str, Any]:
    """Return the metrics of the epoch whose weights were kept."""
    last = next(epoch for epoch in fitted.history if epoch.number == fitted.best_epoch)
    return {
        "final_loss": last.loss,
        "validation_r2": last.validation_r2,
        "best_epoch": fitted.best_epoch,
        "windows": fitted.n_windows,
        "training_seconds": fitted.seconds,
    }
