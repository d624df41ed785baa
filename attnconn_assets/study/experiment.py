"""Experiment files: named forecaster configurations to train and compare."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from attnconn_core.errors import StudyError
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig

__all__ = ["Configuration", "Experiment", "FineTuning"]

_SEEDS_APART = 100_003
_LOSS: Literal["standardised"] = "standardised"


class Configuration(BaseModel):
    """One forecaster: its architecture and its training.

    The loss is ``standardised`` by default. The original study's loss in raw units would train a
    different model if the same scan came in other units.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: ForecasterConfig = ForecasterConfig()
    training: TrainingConfig = TrainingConfig(loss=_LOSS)

    @field_validator("training", mode="before")
    @classmethod
    def _without_units(cls, training: object) -> object:
        return {"loss": _LOSS, **training} if isinstance(training, dict) else training

    @model_validator(mode="after")
    def _has_what_is_rounded(self) -> "Configuration":
        if self.model.query_rank is not None and self.training.precision != "float32":
            raise ValueError(
                "precision must be 'float32' with a query_rank, as there are no matrices per pair; "
                f"got {self.training.precision!r} and rank {self.model.query_rank}"
            )
        return self

    def reseeded(self, number: int) -> "Configuration":
        """Return the same configuration with another seed; number 1 keeps its seed.

        Seeds are far apart, so that configurations that use several consecutive seeds share none.
        """
        seed = self.training.seed + (number - 1) * _SEEDS_APART
        return self.model_copy(update={"training": self.training.model_copy(update={"seed": seed})})

    def parameters(self) -> dict[str, object]:
        """Return all settings as one flat mapping, for MLflow's parameters."""
        return {**self.model.model_dump(), **self.training.model_dump()}


class FineTuning(BaseModel):
    """How a cohort model is fine-tuned on one session.

    Attributes
    ----------
    epochs
        Passes over the session's windows.
    learning_rate_factor
        Share of the cohort model's learning rate.
    batch_size
        Windows per step; by default the cohort model's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(3, ge=1)
    learning_rate_factor: float = Field(0.1, gt=0)
    batch_size: int | None = Field(None, ge=1)

    def configuration(self, group: Configuration) -> Configuration:
        """Return the cohort model's configuration with these epochs and a smaller learning rate."""
        changes = {
            "epochs": self.epochs,
            "learning_rate": group.training.learning_rate * self.learning_rate_factor,
            "batch_size": self.batch_size or group.training.batch_size,
        }
        return Configuration(model=group.model, training=group.training.model_copy(update=changes))


class Experiment(BaseModel):
    """The forecasters to train.

    Attributes
    ----------
    group
        Name → configuration of a cohort model.
    subject
        Configuration of the models that are trained on one session each.
    fine_tuning
        How a cohort model is fine-tuned on each session.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: dict[str, Configuration] = {}
    subject: Configuration | None = None
    fine_tuning: FineTuning = FineTuning()

    @field_validator("group")
    @classmethod
    def _names(cls, group: dict[str, Configuration]) -> dict[str, Configuration]:
        # The name becomes part of an asset's name: attention_group_<name>.
        wrong = [name for name in group if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", name)]
        if wrong:
            raise ValueError(
                "a group configuration's name must be 1 to 40 lower-case letters, digits and "
                f"underscores; got {', '.join(map(repr, wrong))}"
            )
        return group

    @classmethod
    def merged(
        cls,
        experiments: Sequence[tuple[Path, "Experiment"]],
        *,
        subject: str | None = None,
        fine_tuned: str | None = None,
    ) -> "Experiment":
        """Return several experiment files as one experiment.

        Parameters
        ----------
        experiments
            Files, and what they hold.
        subject
            Name of the file, without its ending, whose subject configuration is used; None
            if only one file has one.
        fine_tuned
            The group configuration that is fine-tuned, by default the first. Its own file
            sets how; if it doesn't, the last file without group configurations does.

        Raises
        ------
        StudyError
            If two files name the same configuration; if several have a subject configuration and
            none is chosen; or if the chosen file has none.
        """
        group: dict[str, Configuration] = {}
        how = FineTuning()
        for file, experiment in experiments:
            twice = sorted(set(group) & set(experiment.group))
            if twice:
                raise StudyError(f"{file}: another experiment already names {', '.join(twice)}")
            group |= experiment.group
            if "fine_tuning" in experiment.model_fields_set and not experiment.group:
                how = experiment.fine_tuning
        name = fine_tuned or next(iter(group), None)
        for _, experiment in experiments:
            if name in experiment.group and "fine_tuning" in experiment.model_fields_set:
                how = experiment.fine_tuning
        return cls(group=group, subject=_subject(experiments, subject), fine_tuning=how)


def _subject(
    experiments: Sequence[tuple[Path, Experiment]], chosen: str | None
) -> Configuration | None:
    """Return the subject configuration of the chosen file, or of the only file that has one."""
    given = {
        file.stem: experiment.subject
        for file, experiment in experiments
        if experiment.subject is not None
    }
    names = ", ".join(given) or "none"
    if chosen is not None:
        if chosen not in given:
            raise StudyError(
                "subject_experiment must be an experiment with a subject configuration "
                f"({names}); got {chosen}"
            )
        return given[chosen]
    if len(given) > 1:
        raise StudyError(
            f"only one experiment may have a subject configuration; {names} have one: choose "
            f"one in the study, such as subject_experiment: {next(iter(given))}"
        )
    return next(iter(given.values()), None)
