"""Groups of settings in a study file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
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

from attnconn_assets.study.shipped import named_file
from attnconn_core.connectivity import PenaltyUnits
from attnconn_core.names import as_it_lies
from attnconn_core.records import subject_of
from attnconn_core.scoring import Behaviour
from attnconn_core.sources import SIMULATED_TRUTHS, as_written
from attnconn_core.wording import few_and_more

__all__ = [
    "AutomationSettings",
    "BehaviourSettings",
    "ExclusionRules",
    "ExperimentPath",
    "GrangerSettings",
    "KnownTruthFile",
    "Owner",
    "RecoverySettings",
    "Settings",
    "SignificanceSettings",
    "StudyPath",
]


def _beside_the_study(path: Path, info: ValidationInfo) -> Path:
    try:
        beside = (info.context or {}).get("folder", Path.cwd()) / path.expanduser()
        return as_it_lies(beside.resolve())
    except (RuntimeError, OSError) as error:  # nobody's home, links that lead in a circle
        raise ValueError(f"must be a path that can be followed; {error}") from error


StudyPath = Annotated[Path, AfterValidator(_beside_the_study)]
"""Relative to the study file."""


def _shipped_or_path(given: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder", Path.cwd())
    return named_file("experiments", given, folder) if isinstance(given, str) else given


ExperimentPath = Annotated[StudyPath, BeforeValidator(_shipped_or_path)]
"""The name of an experiment that comes with attnconn, or a path relative to the study file."""


def _word(word: object) -> object:
    """Take numbers as they are written in a table; of yes, no and null YAML leaves no word."""
    if word is None or isinstance(word, bool):
        raise ValueError("a word that YAML takes for true, false or nothing must be quoted")
    return as_written(word) if isinstance(word, int | float) else word


Word = Annotated[str, BeforeValidator(_word)]
"""What a cell of a table holds."""


def _owner(name: str) -> str:
    try:
        dg.AssetSpec("any", owners=[name])
    except dg.DagsterInvalidDefinitionError as error:
        raise ValueError("must be an e-mail address or a team, such as team:imaging") from error
    return name


Owner = Annotated[str, AfterValidator(_owner)]
"""Who answers for a study, as Dagster's pages name them."""

GroundTruthName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]


class Settings(BaseModel):
    """A group of settings: unknown keys are refused, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GrangerSettings(Settings):
    """Granger's lags and α: given, or searched for on the cohort's validation frames.

    α is measured in `units`: by default in deviations of the regions, so that nothing depends
    on the units of the scans; ``series`` takes their squared units, as the original study does.

    Attributes
    ----------
    lags, alpha
        Number of past frames, and the ridge penalty: both, or neither to have them searched for.
    max_lags
        Largest number of lags that the search tries.
    min_alpha, max_alpha
        Range of the search for α; by default as wide as the data need.
    coarse_steps, refine_steps
        Number of values of α tried over the whole range, and then around the best.
    units
        Of α.
    """

    lags: int | None = Field(None, ge=1)
    alpha: float | None = Field(None, gt=0)
    max_lags: int = Field(10, ge=1)
    min_alpha: float | None = Field(None, gt=0)
    max_alpha: float | None = Field(None, gt=0)
    coarse_steps: int = Field(10, ge=2)
    refine_steps: int = Field(10, ge=0)
    units: PenaltyUnits = "deviations"

    @model_validator(mode="after")
    def _both_or_neither(self) -> "GrangerSettings":
        if (self.lags is None) != (self.alpha is None):
            raise ValueError("give both lags and alpha, or neither to have them searched for")
        low, high = self.min_alpha, self.max_alpha
        if low is not None and high is not None and not low < high:
            raise ValueError(f"min_alpha must be below max_alpha, {self.max_alpha:g}")
        return self


@dataclass(frozen=True)
class BehaviourSettings(Behaviour):
    """How behaviour is predicted, and how the phenotype table is read.

    Attributes
    ----------
    subject_column
        The column that names the subject.
    coding
        Column → which number a word, or a number as it is written there, stands for.
    """

    coding: dict[str, dict[Word, float]] = field(default_factory=dict)
    subject_column: str = "Subject"

    @property
    def predicting(self) -> Behaviour:
        """How behaviour is predicted, without how the table is read."""
        return Behaviour(**{each.name: getattr(self, each.name) for each in fields(Behaviour)})


class KnownTruthFile(Settings):
    """A file of data sets with their ground truth; see `attnconn_core.sources.read_known_truth`.

    Attributes
    ----------
    file
        Holds the series and the graph of every data set.
    repetition_time
        Seconds per frame.
    """

    file: StudyPath
    repetition_time: float = Field(gt=0)


class RecoverySettings(Settings):
    """Ground truths: data sets with known graphs that every method is run on; none by default.

    Attributes
    ----------
    simulated
        Names of simulated cohorts, from `attnconn_core.sources.SIMULATED_TRUTHS`.
    files
        Name → file of data sets.
    data_sets
        Number of data sets used of each, from the first; None for all.
    seed
        Of the simulated ones.
    """

    simulated: tuple[GroundTruthName, ...] = ()
    files: dict[GroundTruthName, KnownTruthFile] = {}
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
    def ground_truths(self) -> tuple[str, ...]:
        """Names of all ground truths."""
        return (*self.simulated, *self.files)


class SignificanceSettings(Settings):
    """Edges tested against surrogates of their own scan; none by default.

    Attributes
    ----------
    methods
        Those of the study's methods whose edges are tested, in every session.
    surrogates
        Number per session; each costs one estimate.
    kind
        How surrogates are made; see `attnconn_core.scoring.edges.significance`.
    seed
        Of the surrogates.
    """

    methods: tuple[str, ...] = ()
    surrogates: int = Field(1000, ge=1)
    kind: Literal["phase_randomise", "circular_shift"] = "phase_randomise"
    seed: int = Field(0, ge=0)


class ExclusionRules(Settings):
    """Which sessions the group's models and scores leave out: by name, or by their `quality`.

    A rule that isn't given excludes nobody. One that asks for what isn't known of a
    session excludes it: that it moved little can't be said of a session without motion.

    Attributes
    ----------
    sessions
        Keys such as ``sub-01_ses-retest``, or subjects such as ``sub-01``: all of theirs.
    min_frames, min_minutes
        Shortest session.
    min_coverage_min
        Least coverage of a region: the share of its vertices or voxels that have a signal.
    max_motion_mean, max_motion_max
        Largest mean and largest single framewise displacement, in millimetres.
    max_jumps
        Largest share of frames whose change from the frame before is an outlier.
    """

    sessions: tuple[str, ...] = ()
    min_frames: int | None = Field(None, ge=1)
    min_minutes: float | None = Field(None, gt=0)
    min_coverage_min: float | None = Field(None, ge=0, le=1)
    max_motion_mean: float | None = Field(None, gt=0)
    max_motion_max: float | None = Field(None, gt=0)
    max_jumps: float | None = Field(None, ge=0, le=1)

    @property
    def given(self) -> dict[str, float]:
        """The rules of quality that are given, by name."""
        rules = self.model_dump(exclude={"sessions"})
        return {name: value for name, value in rules.items() if value is not None}

    @property
    def about_motion(self) -> dict[str, float]:
        """The rules about motion that are given, by name."""
        return {name: value for name, value in self.given.items() if "_motion_" in name}

    @property
    def about_coverage(self) -> dict[str, float]:
        """The rules about coverage that are given, by name."""
        return {name: value for name, value in self.given.items() if "_coverage_" in name}

    def names(self, session_key: str) -> bool:
        """Whether a session, or its subject, is excluded by name."""
        return not _called(session_key).isdisjoint(self.sessions)

    def names_nobody(self, session_keys: Iterable[str]) -> str:
        """Say which names under `sessions` no session or subject has; empty if there is none."""
        there = {name for key in session_keys for name in _called(key)}
        nobody = [name for name in self.sessions if name not in there]
        if not nobody:
            return ""
        named = few_and_more(nobody, 5)
        return f"exclude.sessions names {named}, which no session or subject is called"

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


def _called(session_key: str) -> set[str]:
    """Return what a session and its subject may be called."""
    subject = subject_of(session_key)
    return {session_key, f"sub-{subject}", subject}


class AutomationSettings(Settings):
    """What Dagster's daemon starts without being asked.

    Attributes
    ----------
    request_runs
        Make what new scans allow as they arrive, and group scores when the cohort changes.
        Models are left to the nightly run.
    nightly
        When to make everything that is missing or stale, models too, as a cron line such as
        ``0 2 * * *``; None for never.
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
