"""Log lines and the picture of a training; they don't affect the model."""

from collections.abc import Callable, Sequence

from attnconn_assets.building.work import Work
from attnconn_core.figures import png, training_curve
from attnconn_core.forecasting import Epoch

__all__ = ["epoch_log", "training_picture"]

_TIMES = 10  # most log lines per training; an event in Dagster takes some 30 ms


def epoch_log(work: Work, epochs: int) -> Callable[[Epoch], None]:
    """Return a function that logs the progress of a training, about ten times."""
    every = max(1, epochs // _TIMES)

    def log(epoch: Epoch) -> None:
        if epoch.number % every == 0:
            work.log(f"{work.partition}: epoch {epoch.number} of {epochs}, loss {epoch.loss:.5g}")

    return log


def training_picture(history: Sequence[Epoch]) -> bytes:
    """Return the training curve as PNG."""
    return png(training_curve(history), dpi=80)
