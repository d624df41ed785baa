"""Benchmarks: every method on fingerprinting, behaviour and forecast skill."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from attnconn_assets.assets.connectivity.specs import methods, reads_group_models, traits
from attnconn_assets.assets.inputs.phenotypes import has_phenotypes
from attnconn_assets.assets.scores.behaviour import behaviour_spec
from attnconn_assets.assets.scores.common import picture_writers, score_asset, whole_scan
from attnconn_assets.assets.scores.fingerprint import make_fingerprint
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Kind, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.files import hashed
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.study import Study
from attnconn_core.connectivity import mean_connectivity
from attnconn_core.figures import (
    forecast_panel,
    forecast_scatter,
    matrix_gallery,
    network_means,
    png,
)
from attnconn_core.forecasting import forecast_baselines
from attnconn_core.timeseries import split

__all__ = ["specs"]

_FINGERPRINT = "attnconn_core.scoring.fingerprint"


def specs(study: Study) -> list[AssetSpec]:
    """Every benchmark of the study, over all methods."""
    matrices: dict[str, Kind] = dict.fromkeys(methods(study), "session")
    listed = {"methods": methods(study), "quorum": study.quorum}
    found = [
        _spec(
            Recipe("group_mean", ("attnconn_core.connectivity.average",), listed),
            make_group_mean,
            needs=matrices,
            description="Every method's mean connectivity over the cohort's test sessions.",
        ),
        _spec(
            Recipe(
                "fingerprint",
                (f"{_FINGERPRINT}.tables", f"{_FINGERPRINT}.identification_intervals"),
                {**listed, "lengths": study.scan_lengths, **study.fingerprint.model_dump()},
            ),
            make_fingerprint,
            needs=(
                {"group_forecaster": "configuration", **matrices}
                if reads_group_models(study)
                else matrices
            ),
            from_configuration=study.read_out[0],
            description="Whether a subject's second session can be told from everyone else's.",
        ),
        _spec(
            Recipe(
                "forecast_skill",
                ("attnconn_core.forecasting.baselines",),
                {
                    **listed,
                    "test_fraction": study.test_fraction,
                    "baseline_lags": study.baseline_lags,
                },
            ),
            make_forecast_skill,
            needs={"time_series": "session", **matrices},
            description="How well each method forecasts frames that it was not trained on.",
        ),
    ]
    if has_phenotypes(study):
        found.append(behaviour_spec(study))
    return found


def _spec(recipe: Recipe, make: Callable[[Work], Made], **more: Any) -> AssetSpec:
    return AssetSpec(
        recipe, "whole", make, group="benchmarks", kinds=frozenset({"parquet", "mlflow"}), **more
    )


def make_group_mean(work: Work) -> Made:
    """Average every method's matrices over one session a subject."""
    cohort = work.cohort(*methods(work.study))
    sessions = cohort.one_each()
    means = []
    for method in methods(work.study):
        stacked = [whole_scan(work, method, session.key) for session in sessions]
        means.append(mean_connectivity(stacked))
    table = work.platform.region_table
    signed = {mean.method: traits(mean.method).signed for mean in means}
    pictures = {"figure.png": png(matrix_gallery(means, table, signed))}
    if table.groups is not None:
        last = means[-1]
        pictures["networks.png"] = png(network_means(last, table, signed=signed[last.method]))
    writers: dict[str, Any] = {
        f"{mean.method}.parquet": partial(formats.write_matrices, matrices={len(sessions): mean})
        for mean in means
    }
    with work.tracked(parameters={**work.recipe.settings, "cohort": cohort.digest}) as run:
        run.metrics({"sessions": len(sessions)})
        for name, picture in pictures.items():
            run.picture(name.removesuffix(".png"), picture)
        entry = work.save(
            {**writers, **picture_writers(pictures)},
            {
                "sessions": len(sessions),
                "cohort": cohort.digest,
                "excluded": dict(cohort.excluded),
                # Which group a region is of shows in the pictures and in no matrix.
                "read": [hashed(file) for file in work.platform.source.shared_files()],
            },
            run,
        )
    return Made(
        entry,
        {
            "matrices": telling.picture(pictures["figure.png"]),
            "sessions": len(sessions),
            "left out": dict(cohort.excluded),
        },
    )


def make_forecast_skill(work: Work) -> Made:
    """Put every method's R² on test frames beside that of the linear baselines."""
    cohort = work.cohort("time_series", *methods(work.study))
    rows = []
    for session in cohort.sessions:
        where = {"subject": session.subject, "session": session.session}
        for method in methods(work.study):
            metrics = whole_scan(work, method, session.key).metrics
            if "r2" in metrics:
                shown = {key: metrics.get(key) for key in ("r2", "r2_pooled", "mse")}
                rows.append({**where, "method": method, **shown})
        training, test = split(work.series(session.key), work.study.test_fraction)
        for name, skill in forecast_baselines(training, test, work.study.baseline_lags).items():
            rows.append({**where, "method": name, **skill.summary()})
    table = pd.DataFrame(rows)
    wide = table.pivot(index=["subject", "session"], columns="method", values="r2")
    pictures = {"figure.png": png(forecast_panel(wide))}
    attention = [name for name in methods(work.study) if name.startswith("attention")]
    if attention and "granger" in wide:
        scatter = forecast_scatter(
            wide["granger"].to_numpy(),
            wide[attention[-1]].to_numpy(),
            ["-".join(each) for each in wide.index],
            x_method="granger",
            y_method=attention[-1],
        )
        pictures["scatter.png"] = png(scatter)
    return score_asset(work, {"scores": table}, pictures, cohort, {})
