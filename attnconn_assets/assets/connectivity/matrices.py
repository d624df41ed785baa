"""A session's matrices by one method: what every connectivity asset does alike."""

from collections.abc import Callable
from functools import partial
from typing import Any

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.checks import check_matrices
from attnconn_assets.building.spec import AssetSpec, Made, refuse_unsound
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_core.connectivity import Estimator, estimators, summarise
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import head

__all__ = ["EstimatorFor", "fixed", "make_matrices", "matrix_spec", "traits"]

# A part of a scan, and whether it is the whole of it → what estimates it. A shortened
# scan has no frames to spare for judging a forecast: all of them teach.
EstimatorFor = Callable[[TimeSeries, bool], Estimator]


def traits(method: str) -> type[Any]:
    """Find the estimator behind a method's asset: whether it is directed, and signed."""
    every = estimators()
    return every[method] if method in every else every[method.split("_")[0]]


def make_matrices(work: Work, estimator_for: Callable[[Work], EstimatorFor]) -> Made:
    """Estimate a session's connectivity from the whole scan and from its first frames."""
    series = work.series()
    estimator_of = estimator_for(work)
    lengths = [n for n in work.study.scan_lengths if n < series.n_frames]
    matrices, unusable = {}, {}
    for frames in lengths:
        part = head(series, frames)
        try:
            matrices[frames] = estimator_of(part, False).estimate(part)
        except SeriesError as error:  # too short, or a region still stands still in it
            unusable[frames] = str(error)
    whole = estimator_of(series, True).estimate(series)
    matrices[series.n_frames] = whole
    picture = work.platform.album.matrix(whole, signed=traits(work.recipe.asset).signed)
    checks = check_matrices(matrices)
    refuse_unsound(checks, {"matrix": telling.picture(picture)})
    with work.tracked("connectivity", f"{work.recipe.asset} {work.partition}") as run:
        run.metrics({**summarise(whole), **whole.metrics})
        run.picture("matrix", picture)
        entry = work.save(
            {"matrix.parquet": partial(formats.write_matrices, matrices=matrices)},
            {"frames": list(matrices), "metrics": dict(whole.metrics)},
            run,
        )
    return Made(
        entry,
        {
            "matrix": telling.picture(picture),
            **telling.numbers({**summarise(whole), **whole.metrics}),
            "directed": whole.directed,
            **({"lengths left out": unusable} if unusable else {}),
            **telling.schema(
                {
                    "(frames)": "int32",
                    "(target)": "string",
                    **dict.fromkeys(whole.regions, "float64"),
                },
                **{
                    "(frames)": "how many of the scan's first frames the matrix rests on",
                    "(target)": "the region predicted; the other columns are its sources",
                },
            ),
        },
        checks,
    )


def fixed(estimator: Estimator) -> Callable[[Work], EstimatorFor]:
    """Use one estimator for every part of every session."""
    return lambda work: lambda part, whole: estimator  # noqa: ARG005


def matrix_spec(
    name: str,
    calls: tuple[str, ...],
    settings: dict[str, Any],
    estimator_for: Callable[[Work], EstimatorFor],
    description: str,
    **more: Any,
) -> AssetSpec:
    """Describe the asset that makes every session's matrices by one method."""
    return AssetSpec(
        recipe=Recipe(name, (*calls, "attnconn_core.timeseries.splits"), settings),
        partitioned="session",
        make=partial(make_matrices, estimator_for=estimator_for),
        needs={"time_series": "session", **more.pop("needs", {})},
        checked=True,
        description=f"{description} (target, source).",
        group="connectivity",
        kinds=frozenset({"parquet", "mlflow"}),
        **more,
    )
