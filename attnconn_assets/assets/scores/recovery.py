"""Recovery of known truth: every method on networks whose edges are known."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from attnconn_assets.assets.scores.common import score_asset
from attnconn_assets.assets.scores.recovery_estimators import (
    PUBLISHED_EXPERIMENT,
    estimators_for,
    pooled_methods,
)
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage.files import hashed
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.study import Study
from attnconn_core.errors import CohortError
from attnconn_core.figures import png, recovery_panel
from attnconn_core.scoring import NULL_ROWS, PUBLISHED, recovery_scores, summarise_recovery
from attnconn_core.sources import (
    INDEPENDENT_SAMPLES,
    KnownTruth,
    read_known_truth,
    simulated_truth,
)

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
                    "attnconn_core.scoring.recovery.table",
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
            # One model of all data sets is one draw, however many it is read or tuned on.
            "pooled": sorted(pooled_methods(work.study) & set(scores["method"])),
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
        "fine_tuning": study.fine_tuning.model_dump(),
        "published": PUBLISHED_EXPERIMENT.settings() if name == INDEPENDENT_SAMPLES else None,
        "test_fraction": study.test_fraction,
    }


def _told(work: Work) -> Callable[[str], None]:
    return lambda method: work.platform.log.info(f"recovery of {work.partition}: {method}")
