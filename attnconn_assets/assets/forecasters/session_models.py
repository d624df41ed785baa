"""A session's models: one trained on it alone, and the cohort's fine-tuned on it."""

from attnconn_assets.assets.forecasters.reading import cohort_model_of
from attnconn_assets.assets.forecasters.training import (
    final_numbers,
    train,
    writer_of,
)
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.training_log import training_picture
from attnconn_assets.building.work import Work
from attnconn_core.forecasting import AttentionForecaster

__all__ = ["make_finetuned_model", "make_session_model", "trained"]


def make_session_model(work: Work) -> Result:
    """Train a forecaster on one session alone."""
    return trained(work, start=None)


def make_finetuned_model(work: Work) -> Result:
    """Go on with the cohort's forecaster on one session."""
    return trained(work, start=cohort_model_of(work, work.settings["start"])[0])


def trained(work: Work, start: AttentionForecaster | None) -> Result:
    """Train on the session's training part, from nothing or from a model."""
    configuration = work.settings["configuration"]
    training = training_part(work, work.partition, configuration.model.window)
    run = work.runs.own(configuration.parameters())
    fitted = train(work, configuration, [training], run, start)
    numbers = final_numbers(fitted)
    return Result(
        figures={"training": training_picture(fitted.history)},
        files={"model.safetensors": writer_of(work, fitted.forecaster, training.regions)},
        metrics=numbers,
        facts=numbers,
        models=("model.safetensors",),
    )
