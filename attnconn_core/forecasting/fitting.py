"""Fitting: training an attention forecaster on one or more sessions."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.config import ForecasterConfig, TrainingConfig
from attnconn_core.forecasting.ensemble import Ensemble, members_of
from attnconn_core.forecasting.hierarchical import Prior
from attnconn_core.forecasting.linear_start import start_linear
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.preparation import Prepared, prepare
from attnconn_core.forecasting.threads import threads_for
from attnconn_core.forecasting.trainer import Epoch, Trainer
from attnconn_core.records import TimeSeries
from attnconn_core.records.short_repr import ShortRepr

__all__ = ["Epoch", "Fit", "fit"]


@dataclass(frozen=True, eq=False, repr=False)
class Fit(ShortRepr):
    """A trained forecaster, with the history of its training.

    Attributes
    ----------
    forecaster
        Trained forecaster in evaluation mode, on the device it was trained on.
    history
        Every epoch that was run; after a refit, the epochs of the first training, which chose
        the epoch. For an ensemble, `history`, `best_epoch` and `n_windows` are those of the
        first member.
    best_epoch
        Number of the epoch whose weights the forecaster has: the one with the lowest validation
        loss, or the last one without validation. 0 if no epoch improved on a linear start.
    n_windows
        Number of training windows; validation windows count only after a refit.
    seconds
        Wall-clock time in seconds, including a linear start and a refit.
    """

    forecaster: AttentionForecaster
    history: tuple[Epoch, ...]
    best_epoch: int
    n_windows: int
    seconds: float


def fit(
    config: ForecasterConfig,
    series: Sequence[TimeSeries],
    training: TrainingConfig,
    *,
    start: AttentionForecaster | None = None,
    prior: Prior | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Fit:
    """Train a forecaster on the training parts of one or more sessions.

    Parameters
    ----------
    config
        Architecture.
    series
        One series per session, all with the same regions and without their test frames.
    training
        Training settings.
    start
        Forecaster to continue from (fine-tuning); it is copied, not changed.
    prior
        VAR of other subjects towards which a linear start is shrunk, and the penalty
        (fine-tuning of a linear start).
    on_epoch
        Called after every epoch that enters the history.

    Returns
    -------
    fit
        With ``normalisation="session"`` and several sessions the forecaster works in
        standardised units (mean 0, deviation 1); set a session's own scale with
        `AttentionForecaster.with_scale`. Otherwise it has the scale it was trained with.

    Raises
    ------
    ParameterError
        If there is no series, or it isn't in a list; the series differ in regions; `start` has
        another architecture or number of regions; `prior` has other lags or regions, or is
        given together with `start` or without a linear initialisation; `identity_weight` is
        above 0 with `own_past`; `precision` is ``"bfloat16"`` without pairwise matrices; or
        the device doesn't exist.
    SeriesError
        If a series has unusable values or no run is long enough for a window.

    Examples
    --------
    >>> from attnconn_core.forecasting import ForecasterConfig, TrainingConfig, fit
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=4, frames=120)
    >>> series = source.load(source.sessions()[0])
    >>> config = ForecasterConfig(input_window=2, hidden_dim=4)
    >>> trained = fit(config, [series], TrainingConfig(epochs=2))
    >>> from attnconn_core.connectivity import Attention
    >>> Attention(trained.forecaster).estimate(series)
    Connectivity('attention', 4 regions, directed)
    """
    if not isinstance(config, ForecasterConfig) or isinstance(series, TimeSeries):
        raise ParameterError(
            "fit needs a ForecasterConfig and a list of TimeSeries, one per session; "
            f"got {type(config).__name__} and {type(series).__name__}"
        )
    if training.ensemble > 1:
        return _fit_members(config, series, training, start, prior, on_epoch)
    device = _device(training.device)
    if config.own_past and training.identity_weight > 0:
        raise ParameterError(
            "identity_weight must be 0 with own_past, whose attention has no diagonal; "
            f"got {training.identity_weight}"
        )

    if prior is not None and (config.initialisation != "linear" or start is not None):
        raise ParameterError(
            "a prior needs the initialisation 'linear' and no forecaster to start from; got "
            f"{config.initialisation!r} and {'no start' if start is None else 'a start'}"
        )

    began = time.perf_counter()
    towards = None if prior is None else prior.coefficients
    chosen = None if prior is None else prior.alpha  # penalty of a linear start

    def train(
        training: TrainingConfig,
        on_epoch: Callable[[Epoch], None] | None = None,
        until: int | None = None,
    ) -> tuple[AttentionForecaster, list[Epoch], int, int]:
        nonlocal chosen
        prepared = prepare(config, series, training, device)
        forecaster = _begin(config, prepared, training, start)
        if start is None and config.initialisation == "linear":
            learned, scales, judged = prepared.learned, prepared.scales, prepared.judged
            chosen = start_linear(
                forecaster, learned, scales, judged=judged, prior=towards, alpha=chosen
            )
        trainer = Trainer(forecaster.to(device), prepared, training)
        with threads_for(config, forecaster.regions, training.batch_size):
            history, best = trainer.run(on_epoch, until)
        return forecaster.eval(), history, best, len(prepared.training)

    forecaster, history, best, n_windows = train(training, on_epoch)
    if training.refit:
        del forecaster  # frees memory before the next one is made
        on_all = training.model_copy(
            update={"validation_fraction": None, "patience": None, "refit": False}
        )
        forecaster, _, _, n_windows = train(on_all, until=best)
    return Fit(forecaster, tuple(history), best, n_windows, time.perf_counter() - began)


def _fit_members(
    config: ForecasterConfig,
    series: Sequence[TimeSeries],
    training: TrainingConfig,
    start: AttentionForecaster | None,
    prior: Prior | None,
    on_epoch: Callable[[Epoch], None] | None,
) -> Fit:
    """Fit one forecaster per seed; each member starts from the member of the same number."""
    starts = [None] * training.ensemble if start is None else members_of(start)
    if len(starts) != training.ensemble:
        raise ParameterError(
            f"an ensemble of {training.ensemble} must start from an ensemble of the same size; "
            f"got {len(starts)}"
        )
    fits = []
    for number, begins in enumerate(starts):
        seeded = training.model_copy(update={"ensemble": 1, "seed": training.seed + number})
        callback = on_epoch if number == 0 else None
        fits.append(fit(config, series, seeded, start=begins, prior=prior, on_epoch=callback))
    ensemble = Ensemble([member.forecaster for member in fits]).eval()
    return replace(fits[0], forecaster=ensemble, seconds=sum(member.seconds for member in fits))


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda"):
        n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(name.partition(":")[2] or 0) >= n_gpus:
            raise ParameterError(
                f"the device must exist on this machine, which has {n_gpus} GPUs; got {name!r}"
            )
    return torch.device(name)


def _begin(
    config: ForecasterConfig,
    prepared: Prepared,
    training: TrainingConfig,
    start: AttentionForecaster | None,
) -> AttentionForecaster:
    """Return a new forecaster, or a copy of `start`, with the scale of the data."""
    if start is None:
        generator = torch.Generator().manual_seed(training.seed)
        return AttentionForecaster(
            config, prepared.scale.mean, prepared.scale.std, generator=generator
        )
    if start.config != config:
        raise ParameterError(
            "the forecaster to start from must have the architecture asked for, "
            f"{config!r}; it has {start.config!r}"
        )
    if start.regions != len(prepared.scale.mean):
        raise ParameterError(
            f"the forecaster to start from must have the series' {len(prepared.scale.mean)} "
            f"regions; it has {start.regions}"
        )
    return copy.deepcopy(start).with_scale(prepared.scale)
