"""Every method made ready for networks that are known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attnconn_assets.assets.connectivity.specs import searched_order
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.study import Study
from attnconn_core.connectivity import (
    Ablation,
    Attention,
    Estimator,
    Granger,
    Sensitivity,
    Tangent,
    estimators,
    geometric_mean,
)
from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig, TrainingConfig, fit
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.sources import KnownTruth
from attnconn_core.timeseries import split

__all__ = ["PUBLISHED_EXPERIMENT", "OwnAttention", "estimators_for", "pooled_methods"]

_READINGS: tuple[type[Any], ...] = (Attention, Ablation, Sensitivity)
_FINE_TUNED = "attention_finetuned"


@dataclass(frozen=True)
class OwnAttention:
    """The attention of a model that is trained on the one data set it is read on.

    Attributes
    ----------
    method
        The name it goes by.
    configuration
        What is trained, and how.
    test_fraction
        The share at the end that training leaves out.
    start
        The model that training goes on from; None begins anew.
    unseen
        Whether attention is averaged over the share left out alone, and not over the whole.
    """

    method: str
    configuration: Configuration
    test_fraction: float
    start: AttentionForecaster | None = None
    unseen: bool = False

    def settings(self) -> Mapping[str, object]:
        """What it is made with, but for the model it begins as."""
        told = {"test_fraction": self.test_fraction, "unseen": self.unseen}
        return {**self.configuration.parameters(), **told}

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Train, and read."""
        part, rest = split(series, self.test_fraction)
        model, training = self.configuration.model, self.configuration.training
        forecaster = fit(model, [part], training, start=self.start).forecaster
        read = rest if self.unseen else series
        return Attention(forecaster, method=self.method).estimate(read)


PUBLISHED_EXPERIMENT = OwnAttention(
    "attention_published",
    Configuration(
        model=ForecasterConfig(
            input_window=15,
            output_window=1,
            hidden_dim=64,
            input_layers=2,
            prediction_layers=2,
            bottleneck_dim=32,
        ),
        training=TrainingConfig(batch_size=32, gradient_clip=float("inf"), seed=42),
    ),
    test_fraction=0.2,
    unseen=True,
)
"""The published synthetic experiment's model, as it was trained and read there."""


def estimators_for(study: Study, benchmark: KnownTruth) -> Mapping[str, Estimator]:
    """Make every estimator ready for a benchmark; nothing of its networks is looked at.

    Granger's order is chosen on the benchmark's own validation frames. The group's
    forecasters and the tangents' reference are learnt from all of its data sets, as they
    are from a cohort: where every data set has a network of its own, as the simulated
    ones, one model can't be right of all, and the row to look at is ``attention_subject``,
    a model a data set. The first group's forecaster goes on to each data set as
    ``attention_finetuned``.
    """
    parts = [split(each, study.test_fraction)[0] for each in benchmark.series]
    forecasters = {
        name: _trained(_with_window_of(benchmark, study.configurations[name]), parts)
        for name in study.read_out
    }
    return {
        **{name: estimators()[name]() for name in study.ready_methods},
        Granger.method: _granger(study, parts),
        Tangent.method: Tangent(geometric_mean(parts)),
        **{
            _name_of_group(kind, name): kind(
                forecaster,
                rescale=study.configurations[name].training.normalisation != "pooled",
            )
            for name, forecaster in forecasters.items()
            for kind in _READINGS
        },
        **{each.method: each for each in _own(study, benchmark, forecasters)},
    }


def pooled_methods(study: Study) -> set[str]:
    """Name the methods that rest on one model of all data sets, or begin as it."""
    read = {_name_of_group(kind, name) for kind in _READINGS for name in study.read_out}
    return {*read, _FINE_TUNED}


def _own(
    study: Study, benchmark: KnownTruth, forecasters: Mapping[str, AttentionForecaster]
) -> Iterator[OwnAttention]:
    """The models that a data set has of its own; the published experiment's where it is run."""
    subject = _with_window_of(benchmark, study.subject_configuration)
    yield OwnAttention("attention_subject", subject, study.test_fraction)
    first = study.read_out[0]
    group = _with_window_of(benchmark, study.configurations[first])
    tuned = study.fine_tuning.configuration(group)
    yield OwnAttention(_FINE_TUNED, tuned, study.test_fraction, start=forecasters[first])
    if benchmark.window is not None:
        yield PUBLISHED_EXPERIMENT


def _granger(study: Study, parts: Sequence[TimeSeries]) -> Granger:
    settings = study.granger
    if settings.lags is not None and settings.alpha is not None:
        return Granger(settings.lags, settings.alpha, None)
    order = searched_order(study, parts)
    return Granger(order.lags, order.alpha, None)


def _trained(configuration: Configuration, parts: Sequence[TimeSeries]) -> AttentionForecaster:
    return fit(configuration.model, parts, configuration.training).forecaster


def _with_window_of(benchmark: KnownTruth, configuration: Configuration) -> Configuration:
    """Let a model read the window that the benchmark is made of, where it is made of one."""
    if benchmark.window is None:
        return configuration
    window = {"input_window": benchmark.window, "output_window": 1}
    model = configuration.model.model_copy(update=window)
    return configuration.model_copy(update={"model": model})


def _name_of_group(kind: type[Any], configuration: str) -> str:
    return f"{kind.method}_group_{configuration}"
