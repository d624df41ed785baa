"""Estimators of every method for the data sets of a ground truth."""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from attnconn_assets.assets.connectivity.granger_order import searched_order
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.settings import GrangerSettings
from attnconn_core.connectivity.attention import Attention
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.granger import Granger
from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.tangent import Tangent, geometric_mean
from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import (
    AttentionForecaster,
    ForecasterConfig,
    PooledMoments,
    Prior,
    TrainingConfig,
    cohort_coefficients,
    deal,
    fit,
    shared_penalty,
)
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.sources import KnownTruth
from attnconn_core.timeseries import split

__all__ = ["PUBLISHED_EXPERIMENT", "Competitors", "OwnAttention", "estimators_for"]

_FINE_TUNED = "attention_finetuned"


@dataclass(frozen=True)
class OwnAttention:
    """The attention of a model that is trained and read on the same data set.

    Attributes
    ----------
    method
        Name of the method.
    configuration
        The model and its training.
    test_fraction
        Share of frames at the end that training doesn't use.
    start
        Model that is trained further; None for a new model.
    prior
        Target and strength of the shrinkage of a linear start; None shrinks towards 0.
    unseen
        Whether attention is averaged only over the frames that training doesn't use.
    """

    method: str
    configuration: Configuration
    test_fraction: float
    start: AttentionForecaster | None = None
    prior: Prior | None = None
    unseen: bool = False

    def settings(self) -> Mapping[str, object]:
        """Return its settings, without the model that it starts from."""
        frames_used = {"test_fraction": self.test_fraction, "unseen": self.unseen}
        return {**self.configuration.parameters(), **frames_used}

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Train a model, and return its attention."""
        part, rest = split(series, self.test_fraction)
        model, training = self.configuration.model, self.configuration.training
        forecaster = fit(model, [part], training, start=self.start, prior=self.prior).forecaster
        averaged = rest if self.unseen else series
        return Attention(forecaster, method=self.method).estimate(averaged)


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
"""The model of the original study's synthetic experiment, trained and read as there."""


@dataclass(frozen=True)
class Competitors:
    """The methods that are run on ground truths, and how they are trained.

    Attributes
    ----------
    methods
        All available methods.
    granger
        Granger's lags and α, or settings of the search for them.
    cohort_models
        Name → configuration of a cohort model, which is trained on all data sets.
    session_model
        Configuration of the models that are trained on one data set each.
    fine_tuned
        Configuration for fine-tuning the first cohort model on one data set.
    test_fraction
        Share of a data set's frames, at its end, that no model is trained on.
    """

    methods: tuple[Method, ...]
    granger: GrangerSettings
    cohort_models: Mapping[str, Configuration]
    session_model: Configuration
    fine_tuned: Configuration
    test_fraction: float

    @property
    def pooled(self) -> set[str]:
        """Names of the methods that use one model trained on all data sets, or start from it."""
        cohort_methods = {method.name for method in self.methods if method.needs == "cohort model"}
        return {*cohort_methods, _FINE_TUNED}


def estimators_for(
    competitors: Competitors, data: KnownTruth, only: Collection[str] | None = None
) -> Mapping[str, Estimator]:
    """Make estimators ready for the data sets of a ground truth, without reading its graphs.

    Granger's order is chosen on the validation frames of these data sets. Cohort models and
    the reference of the tangents are learnt from all data sets, as they are from a cohort.
    Simulated data sets have a graph each, so one model can't fit all of them: compare with
    ``attention_subject``, one model per data set. ``attention_finetuned`` is the first cohort
    model, trained further on each data set; if its training starts from a linear model, the
    VAR of all data sets is the prior instead.

    Parameters
    ----------
    competitors
        The methods, and how they are trained.
    data
        The data sets.
    only
        Names of methods: only these, and the models that they read, are made. None makes every
        estimator.

    Raises
    ------
    ParameterError
        If `only` names a method that can't be run on a ground truth.
    """
    parts = [split(series, competitors.test_fraction)[0] for series in data.series]
    makers = {
        **_ready(competitors),
        Granger.method: lambda: _granger(competitors, parts),
        Tangent.method: lambda: Tangent(geometric_mean(parts)),
        **_with_models(competitors, data, parts),
    }
    names = list(makers) if only is None else list(only)
    unknown = sorted(set(names) - set(makers))
    if unknown:
        raise ParameterError(
            f"methods that can be run on a ground truth are: {', '.join(makers)}; "
            f"got {', '.join(unknown)}"
        )
    return {name: make() for name, make in makers.items() if name in names}


def _ready(competitors: Competitors) -> dict[str, Callable[[], Estimator]]:
    return {method.name: method.make for method in competitors.methods if method.needs == "series"}


def _with_models(
    competitors: Competitors, data: KnownTruth, parts: Sequence[TimeSeries]
) -> dict[str, Callable[[], Estimator]]:
    """Return makers of estimators that read models of all data sets, each trained once."""

    @functools.cache
    def trained(name: str) -> AttentionForecaster:
        configuration = competitors.cohort_models[name]
        return _trained(_with_window_of(data, configuration), parts)

    pooled = [method for method in competitors.methods if method.needs == "cohort model"]
    return {
        **{
            method.name: functools.partial(_reading, competitors, method, trained)
            for method in pooled
        },
        **_own(competitors, data, trained, parts),
    }


def _reading(
    competitors: Competitors, method: Method, trained: Callable[[str], AttentionForecaster]
) -> Estimator:
    name = str(method.configuration)
    pooled = competitors.cohort_models[name].training.normalisation == "pooled"
    return method.make(forecaster=trained(name), rescale=not pooled)


def _own(
    competitors: Competitors,
    data: KnownTruth,
    trained: Callable[[str], AttentionForecaster],
    parts: Sequence[TimeSeries],
) -> dict[str, Callable[[], Estimator]]:
    """Return, by method, makers of estimators that train a model on one data set.

    The original study's method is among them if that study was run on these data.
    """
    fraction = competitors.test_fraction
    session = _with_window_of(data, competitors.session_model)
    tuned = _with_window_of(data, competitors.fine_tuned)

    def fine_tuned() -> Estimator:
        if tuned.model.initialisation == "linear":
            prior = _prior(parts, tuned.model.input_window)
            return OwnAttention(_FINE_TUNED, tuned, fraction, prior=prior)
        start = trained(next(iter(competitors.cohort_models)))
        return OwnAttention(_FINE_TUNED, tuned, fraction, start=start)

    own: dict[str, Callable[[], Estimator]] = {
        "attention_subject": lambda: OwnAttention("attention_subject", session, fraction),
        _FINE_TUNED: fine_tuned,
    }
    if data.window is not None:
        own[PUBLISHED_EXPERIMENT.method] = lambda: PUBLISHED_EXPERIMENT
    return own


def _prior(parts: Sequence[TimeSeries], lags: int) -> Prior:
    numbered = {str(number): part for number, part in enumerate(parts)}
    pooled = PooledMoments.of(numbered.items(), lags, deal(numbered))
    return Prior(cohort_coefficients(pooled.total), shared_penalty(numbered.items(), pooled))


def _granger(competitors: Competitors, parts: Sequence[TimeSeries]) -> Granger:
    settings = competitors.granger
    if settings.lags is not None and settings.alpha is not None:
        return Granger(settings.lags, settings.alpha, None, settings.units)
    order = searched_order(settings, competitors.test_fraction, parts)
    return Granger(order.lags, order.alpha, None, order.units)


def _trained(configuration: Configuration, parts: Sequence[TimeSeries]) -> AttentionForecaster:
    return fit(configuration.model, parts, configuration.training).forecaster


def _with_window_of(data: KnownTruth, configuration: Configuration) -> Configuration:
    """Set the input window to that of the data, if they consist of windows."""
    if data.window is None:
        return configuration
    window = {"input_window": data.window, "output_window": 1}
    model = configuration.model.model_copy(update=window)
    return configuration.model_copy(update={"model": model})
