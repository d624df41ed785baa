"""Forecasters: the attention network, trained on a group, on a session, and on both in turn."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.run import TrackedRun
from attnconn_core.errors import StoreError
from attnconn_core.figures import png, training_curve
from attnconn_core.forecasting import (
    AttentionForecaster,
    Epoch,
    Fit,
    GroupFold,
    fit,
    group_folds,
    save_forecaster,
)
from attnconn_core.records import TimeSeries

__all__ = ["group_model_of", "specs"]

_CALLS = ("attnconn_core.forecasting.fitting", "attnconn_core.timeseries.splits")
_KINDS = frozenset({"pytorch", "mlflow"})


def specs(study: Study) -> list[AssetSpec]:
    """One model per group configuration, one per session, and the first fine-tuned per session."""
    group = {name: each.model_dump(mode="json") for name, each in study.configurations.items()}
    common = {"test_fraction": study.test_fraction}
    folds = {**common, "folds": study.cross_fit_folds, "dealt": study.cross_fit_seed}
    subject = study.subject_configuration
    start = study.read_out[0]
    return [
        AssetSpec(
            recipe=Recipe(
                "group_forecaster",
                (*_CALLS, "attnconn_core.forecasting.cross_fitting"),
                {**folds, "configurations": group},
            ),
            settings_of=lambda name: {**folds, "configuration": group[name]},
            partitioned="configuration",
            make=make_group,
            needs={"time_series": "session"},
            description="One forecaster a configuration, trained on the group: on the train "
            "subjects where the study names them, else cross-fitted over subjects.",
            group="forecasters",
            kinds=_KINDS,
        ),
        AssetSpec(
            recipe=Recipe("subject_forecaster", _CALLS, {**common, **subject.parameters()}),
            partitioned="session",
            make=make_subject,
            needs={"time_series": "session"},
            description="One forecaster a session, trained on the session's first frames alone.",
            group="forecasters",
            kinds=_KINDS,
        ),
        AssetSpec(
            recipe=Recipe(
                "finetuned_forecaster",
                _CALLS,
                {**common, "start": {start: group[start]}, **study.fine_tuning.model_dump()},
            ),
            partitioned="session",
            make=make_finetuned,
            needs={"time_series": "session", "group_forecaster": "configuration"},
            from_configuration=start,
            description=f"The group's forecaster ({start}), fine-tuned on the session.",
            group="forecasters",
            kinds=_KINDS,
        ),
    ]


def make_group(work: Work) -> Made:
    """Train one configuration on every fold's training sessions."""
    configuration = work.study.configurations[work.partition]
    cohort = work.cohort("time_series")
    folds = group_folds(cohort, work.study.cross_fit_folds, work.study.cross_fit_seed)
    parameters = {**configuration.parameters(), "folds": len(folds), "cohort": cohort.digest}
    writers, fits = {}, {}
    sweep = work.platform.tracking.sweep(
        work.recipe.asset, work.study.name, work.study.experiment_of(work.partition)
    )
    with work.tracked(parameters=parameters, parent=sweep) as parent:
        for fold in folds:
            work.platform.log.info(f"{work.partition}: {fold.name} of {len(folds)}")
            name = f"{work.study.name} {work.partition} {fold.name}"
            with work.tracked(name=name, parameters=parameters, parent=parent) as run:
                parts = [
                    work.training_part(session.key, configuration.model.window)
                    for session in fold.trains
                ]
                fits[fold.name] = _train(work, configuration, parts, run)
            writers[f"{fold.name}.safetensors"] = _writer(work, fits[fold.name].forecaster)
        curve = png(training_curve(fits[folds[-1].name].history), dpi=80)
        final = _mean(list(fits.values()))
        parent.picture("training", curve)
        parent.metrics(final)
        entry = work.save(
            writers,
            {
                "folds": [_fold_facts(fold) for fold in folds],
                "cohort": cohort.digest,
                "excluded": dict(cohort.excluded),
                "validation_r2": final["validation_r2"],
            },
            parent,
        )
        for fold in folds:
            file = entry.files[f"{fold.name}.safetensors"]
            parent.model(
                f"{work.partition}-{fold.name}",
                work.path(entry, f"{fold.name}.safetensors"),
                file.sha256,
            )
    return Made(
        entry,
        {
            "training curve": telling.picture(curve),
            **telling.numbers(final),
            "folds": len(folds),
            "sessions": len(cohort.sessions),
            "left out": dict(cohort.excluded),
        },
    )


def make_subject(work: Work) -> Made:
    """Train a forecaster on one session alone."""
    return _make_one(work, work.study.subject_configuration, start=None)


def make_finetuned(work: Work) -> Made:
    """Go on with the group's forecaster on one session."""
    name = work.study.read_out[0]
    tuned = work.study.fine_tuning.configuration(work.study.configurations[name])
    return _make_one(work, tuned, start=group_model_of(work, name)[0])


def group_model_of(work: Work, configuration: str) -> tuple[AttentionForecaster, bool]:
    """Find the group's model that reads this session out, and whether it saw the subject."""
    entry = work.entry("group_forecaster", configuration)
    subject = work.partition.removeprefix("sub-").partition("_ses-")[0]
    for fold in entry.facts["folds"]:
        if fold["reads"] is None or subject in fold["reads"]:
            model = work.forecaster(
                "group_forecaster", configuration, f"{fold['name']}.safetensors"
            )
            return model, subject in fold["subjects"]
    raise StoreError(
        f"group_forecaster of {configuration} has no model for subject {subject}: it was trained "
        "before this subject was there; materialise it again"
    )


def _make_one(work: Work, configuration: Configuration, start: AttentionForecaster | None) -> Made:
    training = work.training_part(work.partition, configuration.model.window)
    with work.tracked(parameters=configuration.parameters()) as run:
        fitted = _train(work, configuration, [training], run, start)
        curve = png(training_curve(fitted.history), dpi=80)
        run.picture("training", curve)
        entry = work.save(
            {"model.safetensors": _writer(work, fitted.forecaster)}, _final(fitted), run
        )
        file = entry.files["model.safetensors"]
        run.model(work.partition, work.path(entry, "model.safetensors"), file.sha256)
    return Made(
        entry, {"training curve": telling.picture(curve), **telling.numbers(_final(fitted))}
    )


def _train(
    work: Work,
    configuration: Configuration,
    parts: Sequence[TimeSeries],
    run: TrackedRun,
    start: AttentionForecaster | None = None,
) -> Fit:
    run.send()  # so that MLflow shows the parameters while training goes on
    fitted = fit(
        configuration.model,
        parts,
        configuration.training,
        start=start,
        on_epoch=_teller(work, configuration.training.epochs),
    )
    run.curve(fitted.history)
    run.metrics(_final(fitted))
    return fitted


def _teller(work: Work, epochs: int) -> Callable[[Epoch], None]:
    """Say how training goes about ten times: an event costs some 30 ms."""
    every = max(1, epochs // 10)

    def tell(epoch: Epoch) -> None:
        if epoch.number % every == 0:
            work.platform.log.info(
                f"{work.partition}: epoch {epoch.number} of {epochs}, loss {epoch.loss:.5g}"
            )

    return tell


def _writer(work: Work, forecaster: AttentionForecaster) -> Callable[[Path], None]:
    return partial(
        save_forecaster,
        forecaster=forecaster,
        regions=work.platform.region_table.regions,
        note={"study": work.study.name, "asset": work.recipe.asset, "partition": work.partition},
    )


def _final(fitted: Fit) -> dict[str, Any]:
    last = next(each for each in fitted.history if each.number == fitted.best_epoch)
    return {
        "final_loss": last.loss,
        "validation_r2": last.validation_r2,
        "best_epoch": fitted.best_epoch,
        "windows": fitted.n_windows,
        "training_seconds": fitted.seconds,
    }


def _mean(fits: Sequence[Fit]) -> dict[str, Any]:
    """Average the folds' last numbers; None where a fold has none."""
    finals = [_final(each) for each in fits]
    return {
        name: None if value is None else sum(final[name] for final in finals) / len(finals)
        for name, value in finals[0].items()
    }


def _fold_facts(fold: GroupFold) -> dict[str, Any]:
    return {
        "name": fold.name,
        "subjects": sorted({session.subject for session in fold.trains}),
        "reads": None if fold.reads is None else sorted(fold.reads),
    }
