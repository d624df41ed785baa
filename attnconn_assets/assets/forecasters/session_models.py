"""A session's models: one trained on it alone, and one fine-tuned from the cohort."""

from attnconn_assets.assets.forecasters.beginning import FRESH, Beginning, fine_tuning_beginning
from attnconn_assets.assets.forecasters.training import (
    final_numbers,
    train,
    writer_of,
)
from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.training_log import training_picture
from attnconn_assets.building.work import Work

__all__ = ["fine_tuning_of", "make_finetuned_model", "make_session_model", "trained"]


def make_session_model(work: Work) -> Result:
    """Train a forecaster on one session alone."""
    return trained(work, FRESH)


def make_finetuned_model(work: Work) -> Result:
    """Train a forecaster on one session, starting from other subjects' data or model."""
    return trained(work, fine_tuning_of(work))


def fine_tuning_of(work: Work) -> Beginning:
    """Return the start of the fine-tuned model, from the settings."""
    return fine_tuning_beginning(work, work.settings["start"])


def trained(work: Work, beginning: Beginning) -> Result:
    """Train on the session's training part."""
    configuration = work.settings["configuration"]
    training = training_part(work, work.partition, configuration.model.window)
    run = work.runs.own(configuration.parameters())
    fitted = train(work, configuration, [training], run, beginning)
    numbers = final_numbers(fitted)
    return Result(
        thumbnails={"training": training_picture(fitted.history)},
        files={"model.safetensors": writer_of(work, fitted.forecaster, training.regions)},
        metrics=numbers,
        facts=numbers,
        models=("model.safetensors",),
    )
