"""Connectivity: one asset a method, one matrix a session (and one a shortened scan)."""

from collections.abc import Sequence
from functools import partial
from inspect import cleandoc
from typing import Any

from attnconn_assets.assets.connectivity import tangent as tangents
from attnconn_assets.assets.connectivity.matrices import EstimatorFor, fixed, matrix_spec, traits
from attnconn_assets.assets.forecasters.forecasters import group_model_of
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import WHOLE
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.study import Study
from attnconn_core.connectivity import (
    Ablation,
    Attention,
    Estimator,
    Granger,
    GrangerOrder,
    Sensitivity,
    choose_granger_order,
    estimators,
)
from attnconn_core.forecasting import AttentionForecaster, fit
from attnconn_core.records import TimeSeries

__all__ = ["methods", "reads_group_models", "searched_order", "specs", "traits"]

_ROOM = "attnconn_core.connectivity"


def methods(study: Study) -> list[str]:
    """Name the connectivity assets of a study, in the order they are shown."""
    chosen = study.methods or study.usual_methods
    return [name for name in study.every_method if name in chosen]


def reads_group_models(study: Study) -> bool:
    """Whether a matrix of the study comes from the group's models."""
    return any("_group_" in name or name == "attention_finetuned" for name in methods(study))


def specs(study: Study) -> list[AssetSpec]:
    """Every method that needs a series alone, then those that a group sets up."""
    lengths = {"scan_lengths": study.scan_lengths}
    split_too = {**lengths, "test_fraction": study.test_fraction}
    every = estimators()
    return [
        *(
            matrix_spec(
                name,
                (every[name].__module__,),
                lengths,
                fixed(every[name]()),
                cleandoc(every[name].__doc__ or name).partition("\n")[0].rstrip("."),
            )
            for name in study.ready_methods
        ),
        _order_spec(study),
        matrix_spec(
            "granger",
            (f"{_ROOM}.granger",),
            split_too,
            granger_of,
            "Drop in R² of a ridge forecast of the target without the source's past",
            needs={"granger_order": "whole"},
        ),
        *tangents.specs(study),
        *(spec for name in study.read_out for spec in _group_specs(name, lengths, split_too)),
        *_own_model_specs(study, split_too),
    ]


def _group_specs(
    configuration: str, lengths: dict[str, Any], split_too: dict[str, Any]
) -> list[AssetSpec]:
    """Describe what is read from the group's model: its attention, and what it makes of it."""
    group: dict[str, Any] = {
        "needs": {"group_forecaster": "configuration"},
        "from_configuration": configuration,
    }
    influences = (
        (Ablation, "Drop in R² of the group's forecaster {} without the source's past"),
        (Sensitivity, "Mean slope of the group's forecaster {} in the source's past"),
    )
    return [
        matrix_spec(
            f"attention_group_{configuration}",
            (f"{_ROOM}.attention",),
            split_too,
            partial(group_attention_of, configuration=configuration),
            f"Mean attention of the group's forecaster {configuration}",
            **group,
        ),
        *(
            matrix_spec(
                f"{kind.method}_group_{configuration}",
                (kind.__module__,),
                lengths,
                partial(influence_of, kind=kind, configuration=configuration),
                description.format(configuration),
                **group,
            )
            for kind, description in influences
        ),
    ]


def _own_model_specs(study: Study, split_too: dict[str, Any]) -> list[AssetSpec]:
    """Describe the attention of the models that belong to one session."""
    retrained = (f"{_ROOM}.attention", "attnconn_core.forecasting.fitting")
    return [
        matrix_spec(
            "attention_subject",
            retrained,
            {**split_too, **study.subject_configuration.parameters()},
            subject_attention_of,
            "Mean attention of the session's own forecaster; a shortened scan trains its own",
            needs={"subject_forecaster": "session"},
        ),
        matrix_spec(
            "attention_finetuned",
            retrained,
            {**split_too, **study.fine_tuning.model_dump()},
            finetuned_attention_of,
            "Mean attention of the group's forecaster fine-tuned on the session; a shortened "
            "scan tunes its own",
            needs={"finetuned_forecaster": "session", "group_forecaster": "configuration"},
            from_configuration=study.read_out[0],
        ),
    ]


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


def influence_of(
    work: Work, kind: type[Ablation] | type[Sensitivity], configuration: str
) -> EstimatorFor:
    """Read what the group's model makes of this session's past."""
    forecaster, saw = group_model_of(work, configuration)
    pooled = work.study.configurations[configuration].training.normalisation == "pooled"
    estimator = kind(forecaster, rescale=not pooled, saw_subject=saw)
    return lambda part, whole: estimator  # noqa: ARG005


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
