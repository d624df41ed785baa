"""Connectivity: one asset a method, one matrix a session (and one a shortened scan)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from attnconn_assets import formats, telling
from attnconn_assets.checks import check_matrices
from attnconn_assets.experiment import Configuration
from attnconn_assets.forecasters import group_model_of
from attnconn_assets.lineage import Recipe
from attnconn_assets.partitions import WHOLE
from attnconn_assets.spec import AssetSpec, Made, refuse_unsound
from attnconn_assets.study import Study
from attnconn_assets.work import Work
from attnconn_core.connectivity import (
    ESTIMATORS,
    Attention,
    Estimator,
    Granger,
    GrangerOrder,
    Partial,
    Pearson,
    choose_granger_order,
    summarise,
)
from attnconn_core.errors import SeriesError
from attnconn_core.forecasting import AttentionForecaster, fit
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import head

__all__ = ["methods", "reads_group_models", "searched_order", "specs", "traits"]

_ROOM = "attnconn_core.connectivity"


# A part of a scan, and whether it is the whole of it → what estimates it. A shortened
# scan has no frames to spare for judging a forecast: all of them teach.
EstimatorFor = Callable[[TimeSeries, bool], Estimator]


def methods(study: Study) -> list[str]:
    """Name the connectivity assets of a study, in the order they are shown."""
    chosen = study.methods or study.every_method
    return [name for name in study.every_method if name in chosen]


def reads_group_models(study: Study) -> bool:
    """Whether a matrix of the study comes from the group's models."""
    return any(
        name.startswith("attention_group_") or name == "attention_finetuned"
        for name in methods(study)
    )


def traits(method: str) -> type[Pearson | Partial | Granger | Attention]:
    """Find the estimator behind a method's asset: whether it is directed, and signed."""
    return ESTIMATORS[method.split("_")[0]]


def specs(study: Study) -> list[AssetSpec]:
    """Pearson, partial, Granger and its order, and the attention of every kind of forecaster."""
    lengths = {"scan_lengths": study.scan_lengths}
    split_too = {**lengths, "test_fraction": study.test_fraction}
    tuned = {**split_too, **study.fine_tuning.model_dump()}
    subject = {**split_too, **study.subject_configuration.parameters()}
    retrained = ("attention", "attnconn_core.forecasting.fitting")
    start = study.read_out[0]
    return [
        _spec("pearson", ("pearson",), lengths, _fixed(Pearson()), "Correlation of the series."),
        _spec(
            "partial",
            ("partial",),
            lengths,
            _fixed(Partial()),
            "Correlation of two regions given all others.",
        ),
        _order_spec(study),
        _spec(
            "granger",
            ("granger",),
            split_too,
            granger_of,
            "Drop in R² of a ridge forecast of the target without the source's past.",
            needs={"granger_order": "whole"},
        ),
        *(
            _spec(
                f"attention_group_{name}",
                ("attention",),
                split_too,
                partial(group_attention_of, configuration=name),
                f"Mean attention of the group's forecaster {name}.",
                needs={"group_forecaster": "configuration"},
                from_configuration=name,
            )
            for name in study.read_out
        ),
        _spec(
            "attention_subject",
            retrained,
            subject,
            subject_attention_of,
            "Mean attention of the session's own forecaster; a shortened scan trains its own.",
            needs={"subject_forecaster": "session"},
        ),
        _spec(
            "attention_finetuned",
            retrained,
            tuned,
            finetuned_attention_of,
            "Mean attention of the group's forecaster fine-tuned on the session; a shortened "
            "scan tunes its own.",
            needs={"finetuned_forecaster": "session", "group_forecaster": "configuration"},
            from_configuration=start,
        ),
    ]


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


def make_order(work: Work) -> Made:
    """Choose Granger's lags and α on validation frames: the last of the training part."""
    settings = work.study.granger
    search: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    if settings.lags is not None and settings.alpha is not None:
        order = {"lags": settings.lags, "alpha": settings.alpha, "r2": None}
    else:
        cohort = work.cohort("time_series")
        trained = [s for s in cohort.sessions if s.group != "test"]
        parts = [work.training_part(s.key, settings.max_lags + 1) for s in trained]
        chosen = searched_order(work.study, parts)
        order = {"lags": chosen.lags, "alpha": chosen.alpha, "r2": chosen.r2}
        facts = {"cohort": cohort.digest, "excluded": dict(cohort.excluded)}
        search = {"candidates tried": len(chosen.visited), "sessions": len(parts)}
    with work.tracked() as run:
        run.metrics({"lags": order["lags"], "alpha": order["alpha"], "validation_r2": order["r2"]})
        entry = work.save(
            {"order.json": partial(formats.write_json, content=order)}, {**order, **facts}, run
        )
    return Made(
        entry,
        {
            "lags": order["lags"],
            "alpha": order["alpha"],
            **telling.numbers({"validation R²": order["r2"], **search}),
        },
    )


def searched_order(study: Study, parts: Sequence[TimeSeries]) -> GrangerOrder:
    """Search as the study says, among series that hold no test frames."""
    settings = study.granger.model_dump(exclude={"lags", "alpha"})
    return choose_granger_order(parts, **settings, test_fraction=study.test_fraction)


def granger_of(work: Work) -> EstimatorFor:
    """Granger with the group's lags and α."""
    order = work.entry("granger_order", WHOLE).facts
    judged, unjudged = (
        Granger(order["lags"], order["alpha"], fraction)
        for fraction in (work.study.test_fraction, None)
    )
    return lambda part, whole: judged if whole else unjudged  # noqa: ARG005


def group_attention_of(work: Work, configuration: str) -> EstimatorFor:
    """Read the group's model on this session, in the session's own units."""
    forecaster, saw = group_model_of(work, configuration)
    pooled = work.study.configurations[configuration].training.normalisation == "pooled"
    judged, unjudged = (
        _attention(work, forecaster, judged, saw_subject=saw, rescale=not pooled)
        for judged in (True, False)
    )
    return lambda part, whole: judged if whole else unjudged  # noqa: ARG005


def subject_attention_of(work: Work) -> EstimatorFor:
    """Read the session's own model; a shortened scan gets one that saw no more than it."""
    stored = work.forecaster("subject_forecaster", work.partition)
    return _own_model(work, work.study.subject_configuration, stored, start=None)


def finetuned_attention_of(work: Work) -> EstimatorFor:
    """Read the fine-tuned model; a shortened scan gets one tuned on no more than it."""
    name = work.study.read_out[0]
    tuned = work.study.fine_tuning.configuration(work.study.configurations[name])
    stored = work.forecaster("finetuned_forecaster", work.partition)
    return _own_model(work, tuned, stored, start=group_model_of(work, name)[0])


def _own_model(
    work: Work,
    configuration: Configuration,
    stored: AttentionForecaster,
    start: AttentionForecaster | None,
) -> EstimatorFor:
    def estimator(part: TimeSeries, whole: bool) -> Estimator:
        forecaster = stored
        if not whole:
            forecaster = fit(
                configuration.model, [part], configuration.training, start=start
            ).forecaster
        return _attention(work, forecaster, whole, saw_subject=True, rescale=False)

    return estimator


def _attention(
    work: Work,
    forecaster: AttentionForecaster,
    judged: bool,
    *,
    saw_subject: bool,
    rescale: bool,
) -> Attention:
    return Attention(
        forecaster,
        method=work.recipe.asset,
        test_fraction=work.study.test_fraction if judged else None,
        rescale=rescale,
        saw_subject=saw_subject,
    )


def _fixed(estimator: Estimator) -> Callable[[Work], EstimatorFor]:
    return lambda work: lambda part, whole: estimator  # noqa: ARG005


def _spec(
    name: str,
    calls: tuple[str, ...],
    settings: dict[str, Any],
    estimator_for: Callable[[Work], EstimatorFor],
    description: str,
    **more: Any,
) -> AssetSpec:
    modules = tuple(call if "." in call else f"{_ROOM}.{call}" for call in calls)
    return AssetSpec(
        recipe=Recipe(name, (*modules, "attnconn_core.timeseries.splits"), settings),
        partitioned="session",
        make=partial(make_matrices, estimator_for=estimator_for),
        needs={"time_series": "session", **more.pop("needs", {})},
        checked=True,
        description=f"{description} (target, source).",
        group="connectivity",
        kinds=frozenset({"parquet", "mlflow"}),
        **more,
    )


def _order_spec(study: Study) -> AssetSpec:
    return AssetSpec(
        recipe=Recipe(
            "granger_order",
            (f"{_ROOM}.granger_order",),
            {"test_fraction": study.test_fraction, **study.granger.model_dump()},
        ),
        partitioned="whole",
        make=make_order,
        needs={"time_series": "session"},
        description="Granger's lags and α for the whole group, chosen on validation frames.",
        group="connectivity",
        kinds=frozenset({"mlflow"}),
    )
