"""Groups of settings in a study file."""

import re
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
    "PageAddress",
    "RecoverySettings",
    "SessionName",
    "Settings",
    "SignificanceSettings",
    "StudyName",
    "StudyPath",
]


def _beside_the_study(path: Path, info: ValidationInfo) -> Path:
    try:
        beside = (info.context or {}).get("folder", Path.cwd()) / path.expanduser()
        return as_it_lies(beside.resolve())
    except (RuntimeError, OSError) as error:  # an unknown user's home, or circular links
        raise ValueError(f"must be a path that can be followed; {error}") from error


StudyPath = Annotated[Path, AfterValidator(_beside_the_study)]
"""A path relative to the study file."""


def _shipped_or_path(given: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder", Path.cwd())
    return named_file("experiments", given, folder) if isinstance(given, str) else given


ExperimentPath = Annotated[StudyPath, BeforeValidator(_shipped_or_path)]
"""The name of an experiment that comes with attnconn, or a path relative to the study file."""


def _word(word: object) -> object:
    """Return a number as it is written in a table; raise an error for true, false and null."""
    if word is None or isinstance(word, bool):
        raise ValueError("a word that YAML reads as true, false or null must be quoted")
    return as_written(word) if isinstance(word, int | float) else word


Word = Annotated[str, BeforeValidator(_word)]
"""Content of a table's cell."""


def _quoted(name: object) -> object:
    """Return a name; raise an error for what YAML reads as something else, such as ``01``."""
    if not isinstance(name, str):
        raise ValueError('a name that YAML reads otherwise must be in quotes, such as "1" or "01"')
    return name


SessionName = Annotated[str, BeforeValidator(_quoted)]
"""The name of a session, without ``ses-``."""


def _owner(name: str) -> str:
    try:
        dg.AssetSpec("any", owners=[name])
    except dg.DagsterInvalidDefinitionError as error:
        raise ValueError("must be an e-mail address or a team, such as team:imaging") from error
    return name


Owner = Annotated[str, AfterValidator(_owner)]
"""A person or team responsible for a study, shown on Dagster's pages."""


def _of_form(pattern: str, rule: str) -> AfterValidator:
    """Return a check that states its rule in words; pydantic's own states the pattern."""

    def checked(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"must be {rule}")
        return text

    return AfterValidator(checked)


StudyName = Annotated[
    str,
    _of_form(
        "[a-z][a-z0-9_]{0,39}",
        "at most 40 lower-case letters, digits and underscores, beginning with a letter",
    ),
]
GroundTruthName = Annotated[
    str,
    _of_form(
        "[a-z0-9][a-z0-9.-]{0,63}",
        "at most 64 lower-case letters, digits, dots and hyphens, beginning with a letter or digit",
    ),
]
PageAddress = Annotated[
    str, _of_form(r"https?://[^\s#?]+", "an address that begins with http:// or https://")
]


class Settings(BaseModel):
    """A group of settings: immutable; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GrangerSettings(Settings):
    """Granger's lags and α: given, or searched for on the cohort's validation frames.

    α is measured in `units`. The default, standard deviations of the regions, makes results
    independent of the scans' units; ``series`` uses the squared units of the scans, as the original
    study does.

    Attributes
    ----------
    lags
        Number of past frames. Give it with `alpha`; without both they are searched for.
    alpha
        Ridge penalty. Give it with `lags`; without both they are searched for.
    max_lags
        Largest number of lags that the search tries.
    min_alpha
        Smallest α that the search tries; by default derived from the data.
    max_alpha
        Largest α that the search tries; by default derived from the data.
    coarse_steps
        Number of values of α tried over the whole range.
    refine_steps
        Number of values of α tried around the best of these; 0 skips this step.
    units
        Units of α.
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
            raise ValueError("give both lags and alpha, or neither to search for them")
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
        Column → cell content → its number, for columns that hold words.
    """

    coding: dict[str, dict[Word, float]] = field(default_factory=dict)
    subject_column: str = "Subject"

    @property
    def predicting(self) -> Behaviour:
        """How behaviour is predicted, without how the table is read."""
        return Behaviour(**{key.name: getattr(self, key.name) for key in fields(Behaviour)})


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
        Random seed of the simulated ones.
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
            raise ValueError(
                f"a file can't have the name of a simulated ground truth: {', '.join(twice)}"
            )
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
        Methods of the study whose edges are tested in every session.
    surrogates
        Number per session; each takes as long as one estimate.
    kind
        How surrogates are generated; see `attnconn_core.scoring.edges.significance`.
    seed
        Random seed of the surrogates.
    """

    methods: tuple[str, ...] = ()
    surrogates: int = Field(1000, ge=1)
    kind: Literal["phase_randomise", "circular_shift"] = "phase_randomise"
    seed: int = Field(0, ge=0)


class ExclusionRules(Settings):
    """Sessions that cohort models and group scores exclude: by name, or by their `quality`.

    A rule that isn't given excludes no session. If a measure is unknown for a session, a rule on
    it excludes the session: for example, a session without motion data can't pass a motion limit.

    Attributes
    ----------
    sessions
        Session keys such as ``sub-01_ses-retest``, or subjects such as ``sub-01`` for all of their
        sessions.
    min_frames
        Smallest number of frames of a session.
    min_minutes
        Shortest session, in minutes.
    min_coverage_min
        Lowest allowed coverage of any region: its share of vertices or voxels with a signal.
    max_motion_mean
        Highest allowed mean framewise displacement of a session, in millimetres.
    max_motion_max
        Highest allowed framewise displacement of any frame, in millimetres.
    max_jumps
        Highest allowed share of frames whose change from the frame before is an outlier.
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
        """Return a message on names in `sessions` that nothing has; empty if there are none."""
        there = {name for key in session_keys for name in _called(key)}
        nobody = [name for name in self.sessions if name not in there]
        if not nobody:
            return ""
        named = few_and_more(nobody, 5)
        return f"exclude.sessions names {named}; no session or subject has this name today"

    def why_not(self, measured: Mapping[str, float]) -> str:
        """Return the rules that a session breaks, with the measured values; empty if none."""
        broken = []
        for name, limit in self.given.items():
            side, _, quantity = name.partition("_")
            value = measured.get(quantity)
            if value is None:
                broken.append(f"{name} is {limit:g}, and its {quantity} is unknown")
            elif value < limit if side == "min" else value > limit:
                broken.append(f"{name} is {limit:g}, and its {quantity} is {value:.4g}")
        return "; ".join(broken)


def _called(session_key: str) -> set[str]:
    """Return the names by which a session or its subject can be excluded."""
    subject = subject_of(session_key)
    return {session_key, f"sub-{subject}", subject}


class AutomationSettings(Settings):
    """Runs that Dagster's daemon starts by itself.

    Attributes
    ----------
    request_runs
        Whether to make results of new scans as they arrive, and group scores when the cohort
        changes. Models are trained only by the nightly run.
    nightly
        When to make everything that is missing or stale, including models: a cron line such as
        ``0 2 * * *``, in UTC; None for never.
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
