"""Recovery of known truth: every method on networks whose edges are known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from attnconn_core.forecasting import fit
from attnconn_core.records import TimeSeries
from attnconn_core.scoring import NULL_ROWS, PUBLISHED, recovery_scores, summarise_recovery
from attnconn_core.sources import KnownTruth, read_known_truth, simulated_truth
from attnconn_core.timeseries import split

__all__ = ["specs"]

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
    forecasters are trained on all of its data sets, as they are for a cohort. Tangents
    are out: they tell how a data set departs from the others, not how regions connect.
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
            f"{kind.method}_group_{name}": reading
            for name in study.read_out
            for kind, reading in _readings(study.configurations[name], parts)
        },
    }


def _readings(
    configuration: Configuration, parts: Sequence[TimeSeries]
) -> Iterator[tuple[type[Any], Estimator]]:
    """Train a forecaster, and read it in every way."""
    forecaster = fit(configuration.model, parts, configuration.training).forecaster
    rescale = configuration.training.normalisation != "pooled"
    for kind in (Attention, Ablation, Sensitivity):
        yield kind, kind(forecaster, rescale=rescale)


def _settings(study: Study, name: str) -> Mapping[str, Any]:
    chosen = study.recovery
    file = chosen.files.get(name)
    return {
        "data_sets": chosen.data_sets,
        **({"seed": chosen.seed} if file is None else file.model_dump(mode="json")),
        "granger": study.granger.model_dump(),
        "methods": study.ready_methods,
        "forecasters": {name: study.configurations[name].parameters() for name in study.read_out},
        "test_fraction": study.test_fraction,
    }


def _told(work: Work) -> Callable[[str], None]:
    return lambda method: work.platform.log.info(f"recovery of {work.partition}: {method}")
