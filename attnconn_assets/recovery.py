"""Recovery of known truth: every method on networks whose edges are known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from attnconn_assets.connectivity import searched_order
from attnconn_assets.experiment import Configuration
from attnconn_assets.files import hashed
from attnconn_assets.lineage import Recipe
from attnconn_assets.scores import score_asset
from attnconn_assets.spec import AssetSpec, Made
from attnconn_assets.study import Study
from attnconn_assets.work import Work
from attnconn_core.connectivity import (
    Ablation,
    Attention,
    Estimator,
    Granger,
    Sensitivity,
    estimators,
)
from attnconn_core.errors import CohortError
from attnconn_core.figures import png, recovery_panel
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig, fit
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.scoring import NULL_ROWS, PUBLISHED, recovery_scores, summarise_recovery
from attnconn_core.sources import KnownTruth, read_known_truth, simulated_truth
from attnconn_core.timeseries import split

__all__ = ["specs"]

# The published synthetic experiment's model, of one data set, as its others are left out.
_PUBLISHED_MODEL = Configuration(
    model=ForecasterConfig(hidden_dim=64, input_layers=2, prediction_layers=2, bottleneck_dim=32),
    training=TrainingConfig(batch_size=32, gradient_clip=float("inf"), seed=42),
)
_READINGS: tuple[type[Any], ...] = (Attention, Ablation, Sensitivity)
_SIMULATED = 10  # data sets of a simulated benchmark, where the study doesn't say


def specs(study: Study) -> list[AssetSpec]:
    """One asset with a partition a benchmark, if the study names any."""
    if not study.recovery.benchmarks:
        return []
    return [
        AssetSpec(
            recipe=Recipe(
                "recovery",
                (
                    "attnconn_core.scoring.recovery_table",
                    "attnconn_core.sources.simulated_truth",
                    "attnconn_core.forecasting.fitting",
                    "attnconn_core.connectivity",
                ),
            ),
            settings_of=partial(_settings, study),
            partitioned="benchmark",
            make=make_recovery,
            description="How much of a known network each method finds, and which way round.",
            group="benchmarks",
            kinds=frozenset({"parquet", "mlflow"}),
        )
    ]


def make_recovery(work: Work) -> Made:
    """Run every estimator over every data set of one benchmark."""
    benchmark = known_truth(work.study, work.partition)
    estimators = estimators_for(work.study, benchmark)
    scores, failed = recovery_scores(estimators, benchmark, _told(work))
    if set(scores["method"]) <= set(NULL_ROWS):
        raise CohortError(f"no method could be run on {work.partition}: {failed}")
    table = summarise_recovery(scores)
    published = PUBLISHED.get(work.partition)
    if published is not None:
        table = pd.concat([table, published], ignore_index=True)
    file = work.study.recovery.files.get(work.partition)
    return score_asset(
        work,
        {"scores": scores, "table": table},
        {"figure.png": png(recovery_panel(scores, work.partition))},
        None,
        {
            "data_sets": len(benchmark.series),
            "failed": failed,
            # One model of all data sets is one draw, however many it is read on.
            "pooled": sorted(_pooled(work.study) & set(scores["method"])),
            "read": [] if file is None else [hashed(file.file)],
        },
    )


def known_truth(study: Study, name: str) -> KnownTruth:
    """Read or simulate a benchmark of the study."""
    settings = study.recovery
    if name in settings.simulated:
        return simulated_truth(name, settings.data_sets or _SIMULATED, settings.seed)
    file = settings.files[name]
    return read_known_truth(file.file, name, file.repetition_time).head(settings.data_sets)


def estimators_for(study: Study, benchmark: KnownTruth) -> Mapping[str, Estimator]:
    """Make every estimator ready for a benchmark; nothing of its networks is looked at.

    Granger's order is chosen on the benchmark's own validation frames, and the group's
    forecasters are trained on all of its data sets, as they are for a cohort: where every
    data set has a network of its own, as the simulated ones, one model can't be right of
    all, and the row to look at is ``attention_subject``, a model a data set. Tangents are
    out: they tell how a data set departs from the others, not how regions connect.
    """
    parts = [split(each, study.test_fraction)[0] for each in benchmark.series]
    settings = study.granger
    if settings.lags is None or settings.alpha is None:
        order = searched_order(study, parts)
        granger = Granger(order.lags, order.alpha, None)
    else:
        granger = Granger(settings.lags, settings.alpha, None)
    return {
        **{name: estimators()[name]() for name in study.ready_methods},
        Granger.method: granger,
        **{
            _name_of_group(kind, name): reading
            for name in study.read_out
            for kind, reading in _readings(_reading(study.configurations[name], benchmark), parts)
        },
        **{
            name: _OwnAttention(name, _reading(configuration, benchmark), study.test_fraction)
            for name, configuration in _own(study, benchmark).items()
        },
    }


@dataclass(frozen=True)
class _OwnAttention:
    """The attention of a model that is trained on the one data set it is read on."""

    method: str
    configuration: Configuration
    test_fraction: float

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Train on all but the test part, and read the whole."""
        part, _ = split(series, self.test_fraction)
        forecaster = fit(self.configuration.model, [part], self.configuration.training).forecaster
        return Attention(forecaster, method=self.method).estimate(series)


def _own(study: Study, benchmark: KnownTruth) -> Mapping[str, Configuration]:
    """The models that a data set has of its own; the published experiment's where it is run."""
    own = {"attention_subject": study.subject_configuration}
    return own if benchmark.window is None else {**own, "attention_published": _PUBLISHED_MODEL}


def _reading(configuration: Configuration, benchmark: KnownTruth) -> Configuration:
    """Let a model read the window that the benchmark is made of, where it is made of one."""
    if benchmark.window is None:
        return configuration
    window = {"input_window": benchmark.window, "output_window": 1}
    model = configuration.model.model_copy(update=window)
    return configuration.model_copy(update={"model": model})


def _readings(
    configuration: Configuration, parts: Sequence[TimeSeries]
) -> Iterator[tuple[type[Any], Estimator]]:
    """Train a forecaster, and read it in every way."""
    forecaster = fit(configuration.model, parts, configuration.training).forecaster
    rescale = configuration.training.normalisation != "pooled"
    for kind in _READINGS:
        yield kind, kind(forecaster, rescale=rescale)


def _name_of_group(kind: type[Any], configuration: str) -> str:
    return f"{kind.method}_group_{configuration}"


def _pooled(study: Study) -> set[str]:
    """Name the methods that rest on one model of all data sets."""
    return {_name_of_group(kind, name) for kind in _READINGS for name in study.read_out}


def _settings(study: Study, name: str) -> Mapping[str, Any]:
    chosen = study.recovery
    file = chosen.files.get(name)
    return {
        "data_sets": chosen.data_sets,
        **({"seed": chosen.seed} if file is None else file.model_dump(mode="json")),
        "granger": study.granger.model_dump(),
        "methods": study.ready_methods,
        "own_forecaster": study.subject_configuration.parameters(),
        "forecasters": {name: study.configurations[name].parameters() for name in study.read_out},
        "test_fraction": study.test_fraction,
    }


def _told(work: Work) -> Callable[[str], None]:
    return lambda method: work.platform.log.info(f"recovery of {work.partition}: {method}")
