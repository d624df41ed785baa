"""Groups of settings in a study file: how Granger, the fingerprint and behaviour are computed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import dagster as dg
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from attnconn_core.sources import SIMULATED_TRUTHS, as_written

__all__ = [
    "AutomationSettings",
    "BehaviourSettings",
    "ContrastSettings",
    "ExclusionRules",
    "FingerprintSettings",
    "GrangerSettings",
    "KnownTruthFile",
    "RecoverySettings",
    "Settings",
    "SignificanceSettings",
    "StudyPath",
]


def _beside_the_study(path: Path, info: ValidationInfo) -> Path:
    return ((info.context or {}).get("folder", Path.cwd()) / path.expanduser()).resolve()


StudyPath = Annotated[Path, AfterValidator(_beside_the_study)]
"""Relative to the study file."""


def _word(word: object) -> object:
    """Take numbers as they are written in a table; of yes, no and null YAML leaves no word."""
    if word is None or isinstance(word, bool):
        raise ValueError("a word that YAML takes for true, false or nothing must be quoted")
    return as_written(word) if isinstance(word, int | float) else word


Word = Annotated[str, BeforeValidator(_word)]
"""What a cell of a table holds."""

BenchmarkName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]


class Settings(BaseModel):
    """A group of settings: unknown keys are refused, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GrangerSettings(Settings):
    """Granger's lags and α: given, or searched for on the cohort's validation frames."""

    lags: int | None = Field(None, ge=1)
    alpha: float | None = Field(None, gt=0)
    max_lags: int = Field(10, ge=1)
    min_alpha: float = Field(1e-3, gt=0)
    max_alpha: float = Field(1e7, gt=0)
    coarse_steps: int = Field(10, ge=2)
    refine_steps: int = Field(10, ge=0)

    @model_validator(mode="after")
    def _both_or_neither(self) -> "GrangerSettings":
        if (self.lags is None) != (self.alpha is None):
            raise ValueError("give both lags and alpha, or neither to have them searched for")
        if not self.min_alpha < self.max_alpha:
            raise ValueError(f"min_alpha must be below max_alpha, {self.max_alpha:g}")
        return self


class FingerprintSettings(Settings):
    """How test and retest are told apart; see `attnconn_core.scoring.fingerprint.fingerprint`.

    Attributes
    ----------
    resamples
        Draws of subjects behind the intervals.
    reconstruct
        Whether identifiability is also scored after reconstruction from principal
        components (Amico & Goñi 2018); it needs 8 subjects a model.
    """

    similarity: Literal["pearson", "mutual_info"] = "pearson"
    normalise: Literal["none", "edgewise"] = "edgewise"
    comparison: Literal["test_to_retest", "across_all_sessions"] = "test_to_retest"
    edges: Literal["all", "off_diagonal"] = "off_diagonal"
    bins: int = Field(10, ge=2)
    permutations: int = Field(1000, ge=0)
    resamples: int = Field(1000, ge=2)
    reconstruct: bool = False
    seed: int = Field(0, ge=0)


class BehaviourSettings(Settings):
    """Which columns of the phenotype table are predicted, and how.

    Targets may be patterns (``FS_*``); none are all columns of numbers. `coding` says for a
    column which number a word, or a number as it is written there, stands for.

    Attributes
    ----------
    confounds
        Columns that are regressed out inside every fold; those of words by category.
    adjust
        What they are taken out of. Scores are then of the adjusted target.
    repeats
        Cross-validation is repeated with the seeds from `seed` on; how far they disagree is
        part of the intervals.
    permutations
        Shuffles behind every p; quick for kernel ridge, not for ``linear_sgd``.
    null_models
        Whether confounds alone and each subject's mean edge are scored beside the methods.
    """

    targets: tuple[str, ...] = ()
    coding: dict[str, dict[Word, float]] = {}
    subject_column: str = "Subject"
    family_column: str | None = None
    model: Literal["kernel_ridge", "cpm", "linear_sgd"] = "kernel_ridge"
    folds: int = Field(10, ge=2)
    seed: int = Field(42, ge=0)
    confounds: tuple[str, ...] = ()
    adjust: Literal["target", "target_and_features"] = "target"
    repeats: int = Field(10, ge=1)
    permutations: int = Field(1000, ge=0)
    null_models: bool = True


class KnownTruthFile(Settings):
    """A file of data sets with known networks; see `attnconn_core.sources.read_known_truth`."""

    file: StudyPath
    repetition_time: float = Field(gt=0)


class RecoverySettings(Settings):
    """The benchmarks of known truth that every method is run on; none by default.

    Attributes
    ----------
    simulated
        Names of simulated cohorts, from `attnconn_core.sources.SIMULATED_TRUTHS`.
    files
        Name → file of data sets.
    data_sets
        How many of each benchmark's data sets are used, from the first; None for all.
    seed
        Of the simulated ones.
    """

    simulated: tuple[BenchmarkName, ...] = ()
    files: dict[BenchmarkName, KnownTruthFile] = {}
    data_sets: int | None = Field(30, ge=1)
    seed: int = Field(0, ge=0)

    @field_validator("simulated")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        strange = [name for name in names if name not in SIMULATED_TRUTHS]
        if strange:
            raise ValueError(f"must be among {', '.join(SIMULATED_TRUTHS)}")
        return tuple(dict.fromkeys(names))

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> "RecoverySettings":
        twice = sorted(set(self.simulated) & set(self.files))
        if twice:
            raise ValueError(f"a file can't have the name of a simulated one: {', '.join(twice)}")
        return self

    @property
    def benchmarks(self) -> tuple[str, ...]:
        """Every benchmark's name."""
        return (*self.simulated, *self.files)


class SignificanceSettings(Settings):
    """Edges held against surrogates of their own scan; none by default.

    Attributes
    ----------
    methods
        Of the study's methods, those whose edges are tested, in every session.
    surrogates
        How many a session; each costs an estimate.
    kind
        See `attnconn_core.scoring.edges.significance`.
    """

    methods: tuple[str, ...] = ()
    surrogates: int = Field(1000, ge=1)
    kind: Literal["phase_randomise", "circular_shift"] = "phase_randomise"
    seed: int = Field(0, ge=0)


class ContrastSettings(Settings):
    """Two groups of subjects, compared by the network-based statistic.

    Attributes
    ----------
    column
        Of the phenotype table, after coding.
    first, second
        What it says of the subjects of either group; t is of first less second.
    threshold, side, size, permutations
        See `attnconn_core.scoring.edges.network_based_statistic`.
    """

    column: str
    first: float | str
    second: float | str
    threshold: float = Field(3.0, ge=0)
    side: Literal["both", "greater", "less"] = "both"
    size: Literal["extent", "intensity"] = "extent"
    permutations: int = Field(5000, ge=1)
    seed: int = Field(0, ge=0)


class ExclusionRules(Settings):
    """Which sessions the group's models and scores leave out, by what `quality` measures.

    A rule that isn't given excludes nobody. One that asks for what isn't known of a
    session excludes it: that it moved little can't be said of a session without motion.
    """

    min_frames: int | None = Field(None, ge=1)
    min_minutes: float | None = Field(None, gt=0)
    min_coverage_min: float | None = Field(None, ge=0, le=1)
    max_motion_mean: float | None = Field(None, gt=0)
    max_motion_max: float | None = Field(None, gt=0)
    max_jumps: float | None = Field(None, ge=0, le=1)

    @property
    def given(self) -> dict[str, float]:
        """The rules that are given, by name."""
        return {name: value for name, value in self.model_dump().items() if value is not None}

    def why_not(self, measured: Mapping[str, float]) -> str:
        """Name the rules that a session breaks, with what was measured; empty if none."""
        broken = []
        for name, limit in self.given.items():
            side, _, quantity = name.partition("_")
            value = measured.get(quantity)
            if value is None:
                broken.append(f"{name} is {limit:g}, and its {quantity} isn't known")
            elif value < limit if side == "min" else value > limit:
                broken.append(f"{name} is {limit:g}, and its {quantity} is {value:.4g}")
        return "; ".join(broken)


class AutomationSettings(Settings):
    """What the daemon does of itself.

    Attributes
    ----------
    request_runs
        Make what new scans allow as they come, and group scores when the cohort changes;
        models are left to the night.
    nightly
        When to make everything else that is missing or out of date, models too, as a cron
        line such as ``0 2 * * *``; None for never.
    """

    request_runs: bool = False
    nightly: str | None = None

    @field_validator("nightly")
    @classmethod
    def _is_cron(cls, line: str | None) -> str | None:
        if line is not None:
            try:
                dg.ScheduleDefinition(name="nightly", job_name="any", cron_schedule=line)
            except dg.DagsterInvalidDefinitionError as error:
                raise ValueError("must be a cron line, such as '0 2 * * *'") from error
        return line
