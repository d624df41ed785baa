"""The cohort's models: one forecaster per configuration, cross-fitted over subjects."""

from collections.abc import Sequence
from typing import Any

from attnconn_assets.assets.forecasters.training import (
    final_numbers,
    train,
    writer_of,
)
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.training_log import training_picture
from attnconn_assets.building.work import Work
from attnconn_core.forecasting import Fit, GroupFold, group_folds

__all__ = ["make_cohort_model"]


def make_cohort_model(work: Work) -> Result:
    """Train one configuration on every fold's training sessions."""
    configuration = work.settings["configuration"]
    cohort = work.cohort()
    folds = group_folds(cohort, work.settings["folds"], work.settings["dealt"])
    parameters = {**configuration.parameters(), "folds": len(folds), "cohort": cohort.digest}
    work.runs.own(parameters)
    files: dict[str, Any] = {}
    fits: list[Fit] = []
    for fold in folds:
        work.log(f"{work.partition}: {fold.name} of {len(folds)}")
        with work.runs.below(fold.name, parameters) as run:
            window = configuration.model.window
            parts = [training_part(work, session.key, window) for session in fold.trains]
            fits.append(train(work, configuration, parts, run))
        files[f"{fold.name}.safetensors"] = writer_of(work, fits[-1].forecaster, parts[0].regions)
    final = _mean(fits)
    return Result(
        thumbnails={"training": training_picture(fits[-1].history)},
        files=files,
        metrics=final,
        facts={
            "folds": [_fold_facts(fold) for fold in folds],
            "validation_r2": final["validation_r2"],
        },
        models=tuple(files),
    )


def _mean(fits: Sequence[Fit]) -> dict[str, Any]:
    """Return the mean of the folds' final metrics; None where the first fold has none."""
    finals = [final_numbers(fit) for fit in fits]
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
