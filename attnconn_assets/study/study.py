"""The validated study file, which holds all settings of the platform."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator

from attnconn_assets.study.experiment import Configuration, Experiment, FineTuning
from attnconn_assets.study.export import ExportSettings, require_exportable
from attnconn_assets.study.methods import (
    MethodChoice,
    chosen_methods,
    every_method,
    own_key_hint,
    require_known,
)
from attnconn_assets.study.scores import ScoreChoice, further_scores
from attnconn_assets.study.selection import DEFAULT_EXPERIMENT
from attnconn_assets.study.settings import (
    AutomationSettings,
    BehaviourSettings,
    ExclusionRules,
    ExperimentPath,
    GrangerSettings,
    Owner,
    PageAddress,
    RecoverySettings,
    SessionName,
    SignificanceSettings,
    StudyName,
    StudyPath,
)
from attnconn_assets.study.shipped import base_folder, working_folder
from attnconn_assets.study.sources import SourceSettings, study_model
from attnconn_assets.study.yaml_file import known_keys, read_keys, validated
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import ParameterError, StudyError
from attnconn_core.forecasting.config import DEFAULT_SEED
from attnconn_core.scoring import (
    ChoosesPenalties,
    Fingerprint,
    ForecastSkill,
    GroupContrast,
    Reliability,
    Score,
)
from attnconn_core.sources import sources

__all__ = ["Study", "load_study", "study_tags"]


class Study(SourceSettings):
    """The keys of every study, whatever its source.

    `load_study` returns a subclass that also has the keys of the study's source. Paths are
    relative to the study file.

    Attributes
    ----------
    source
        Kind of source of the scans; it adds further keys to the study.
    name
        Name of the study: prefix of its assets and registered models, and a tag of its MLflow
        runs. Lower-case letters, digits and underscores; begins with a letter.
    title
        Heading of the report.
    experiments
        Experiment files, which set the forecasters to train for the cohort and for each session.
    group_configurations
        The cohort models whose attention is read as connectivity; by default the first one of
        `experiments`.
    subject_experiment
        Name of the experiment file, without its ending, with the session model; required if
        several files have one.
    methods
        Methods to compute, each a name or ``{name: {parameter: value}}``; see the page of
        methods. By default the original study's six.
    sessions
        The two sessions that are compared; by default the first two of each subject.
    phenotypes
        Table with one row per subject (CSV or TSV), for `behaviour` and `contrast`; by default
        that of the source, if it has one.
    behaviour
        How behaviour is predicted, and which targets; its own keys below.
    granger
        Granger's lags and penalty; its own keys below.
    fingerprint
        How subjects are identified; its own keys below.
    reliability
        How reliability is measured; its own keys below.
    recovery
        Data with a known network on which methods are scored; its own keys below.
    significance
        Methods whose edges are tested against surrogates; its own keys below.
    exclude
        Sessions to leave out of the group results; its own keys below.
    automation
        What the daemon starts by itself; its own keys below.
    export
        Files for other programs, made with the results; its own keys below.
    contrast
        Two groups to compare, by default none; its own keys below.
    scores
        Further scores, each a name or ``{name: {setting: value}}``.
    owners
        People or teams responsible for the study, shown in Dagster: e-mail addresses, or teams
        such as ``team:imaging``.
    test_fraction
        Share of each session's frames, at its end, that is held out to score forecasts.
    baseline_lags
        Number of past frames that linear forecasters read.
    scan_lengths
        Numbers of frames. Identification is also scored on that many first frames, to show how
        accuracy falls with shorter scans.
    cross_fit_folds
        Number of folds of subjects for cohort models: each subject is read by a model that was
        trained on the other folds. No effect if `group_column` sets the training subjects.
    cross_fit_seed
        Random seed for the assignment of subjects to folds.
    chunk
        Sessions per Dagster run. A killed run loses at most one chunk.
    quorum
        Share of the study's sessions that a group result needs; one missing session is always
        allowed.
    store
        Folder for series, models, matrices and scores; by default ``store/<name>`` beside the
        study or beside its folder ``studies``.
    tracking
        Folder for MLflow's database and artifacts; by default ``mlruns`` in the same place.
    tracking_page
        Address of MLflow's page, for the links on Dagster's pages.
    """

    name: StudyName
    title: str
    experiments: tuple[ExperimentPath, ...] = Field((DEFAULT_EXPERIMENT,), min_length=1)
    group_configurations: tuple[str, ...] = ()
    subject_experiment: str | None = None
    methods: tuple[MethodChoice, ...] = ()
    sessions: tuple[SessionName, SessionName] | None = None
    phenotypes: StudyPath | None = None
    behaviour: BehaviourSettings = BehaviourSettings()
    granger: GrangerSettings = GrangerSettings()
    fingerprint: Fingerprint = Fingerprint()
    reliability: Reliability = Reliability()
    recovery: RecoverySettings = RecoverySettings()
    significance: SignificanceSettings = SignificanceSettings()
    contrast: GroupContrast | None = None
    scores: tuple[ScoreChoice, ...] = ()
    exclude: ExclusionRules = ExclusionRules()
    automation: AutomationSettings = AutomationSettings()
    export: ExportSettings = ExportSettings()
    owners: tuple[Owner, ...] = ()
    test_fraction: float = Field(0.1, gt=0, lt=1)
    baseline_lags: int = Field(5, ge=1)
    scan_lengths: tuple[Annotated[int, Field(ge=10)], ...] = ()
    cross_fit_folds: int = Field(2, ge=2)
    cross_fit_seed: int = Field(DEFAULT_SEED, ge=0, lt=2**32)
    chunk: int = Field(25, ge=1)
    quorum: float = Field(0.95, gt=0, le=1)
    store: StudyPath | None = None
    tracking: StudyPath | None = None
    tracking_page: PageAddress = "http://127.0.0.1:5000"

    # What load_study fills in.
    folder: Path = Field(Path("."), exclude=True)
    experiment: Experiment = Field(Experiment(), exclude=True)
    origins: Mapping[str, str] = Field({}, exclude=True)

    @field_validator("scan_lengths")
    @classmethod
    def _ascending(cls, lengths: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(lengths)))

    @field_validator("sessions")
    @classmethod
    def _two_that_differ(cls, names: tuple[str, str] | None) -> tuple[str, str] | None:
        if names is not None and names[0] == names[1]:
            raise ValueError("sessions must name two different sessions, such as ['01', '02']")
        return names

    @property
    def store_folder(self) -> Path:
        """The folder of series, models, matrices and scores."""
        return self.store or self.usual_store

    @property
    def usual_store(self) -> Path:
        """The default store folder."""
        return self._home / "store" / self.name

    @property
    def tracking_folder(self) -> Path:
        """The folder of MLflow's database and artifacts."""
        return self.tracking or (self._home / "mlruns")

    @property
    def _home(self) -> Path:
        """The folder that holds the store and MLflow's database."""
        return working_folder(self.folder)

    @property
    def configurations(self) -> Mapping[str, Configuration]:
        """Every group configuration of the study's experiments, by name."""
        return self.experiment.group

    def experiment_of(self, configuration: str) -> str:
        """Return the name of the experiment file with a group configuration."""
        return self.origins[configuration]

    @property
    def read_out(self) -> tuple[str, ...]:
        """The group configurations whose attention is read as connectivity."""
        return self.group_configurations or tuple(self.configurations)[:1]

    @property
    def method_names(self) -> list[str]:
        """Names of all available methods."""
        return list(every_method((), self.read_out))

    @property
    def every_method(self) -> Mapping[str, Method]:
        """All available methods by name, with the study's parameters."""
        return every_method(self.methods, self.read_out)

    @property
    def chosen_methods(self) -> tuple[Method, ...]:
        """The chosen methods, in the order of display."""
        return chosen_methods(self.methods, self.every_method)

    @property
    def exported_methods(self) -> tuple[Method, ...]:
        """The methods whose matrices are exported."""
        names = self.export.methods
        return tuple(method for method in self.chosen_methods if not names or method.name in names)

    @property
    def granger_settings(self) -> GrangerSettings:
        """Settings of Granger's order; lags and alpha under ``methods`` take precedence."""
        given = self.every_method["granger"].parameters
        order = {name: given[name] for name in ("lags", "alpha") if name in given}
        return GrangerSettings(**{**self.granger.model_dump(), **order})

    @property
    def chosen_scores(self) -> tuple[Score, ...]:
        """All scores of the study with their settings; those without their own key come last."""
        own: tuple[Score, ...] = (
            self.fingerprint,
            ForecastSkill(),
            self.reliability,
            self.behaviour.predicting,
        )
        contrast = () if self.contrast is None else (self.contrast,)
        with_keys = {GroupContrast.name, *(score.name for score in own)}
        return (*own, *contrast, *further_scores(self.scores, with_keys))

    @property
    def subject_configuration(self) -> Configuration:
        """The configuration of the models that are trained on one session."""
        assert self.experiment.subject is not None  # noqa: S101  (load_study has seen to it)
        return self.experiment.subject

    @property
    def fine_tuning(self) -> FineTuning:
        """How a cohort model is fine-tuned on one session."""
        return self.experiment.fine_tuning

    @property
    def fine_tuned_configuration(self) -> Configuration:
        """The first configuration that is read, with the settings of fine-tuning."""
        return self.fine_tuning.configuration(self.configurations[self.read_out[0]])


def load_study(path: Path) -> Study:
    """Read and validate a study file and the experiment files it names.

    Raises
    ------
    StudyError
        Naming the file, the key, the rule and the value, for every rule broken.
    ParameterError
        If two packages have a source of one name; see `attnconn_core.sources.sources`.
    """
    path = Path(path).resolve()
    known = known_keys(_study_models().values())
    content = read_keys(path)
    study = validated(_model_of(path, content), path, content, known)
    files = [
        (file, validated(Experiment, file, read_keys(file), known)) for file in study.experiments
    ]
    try:
        experiment = Experiment.merged(
            files,
            subject=study.subject_experiment,
            fine_tuned=next(iter(study.group_configurations), None),
        )
    except StudyError as error:
        raise StudyError(f"{path}: {error}") from error
    origins = {name: file.stem for file, contents in files for name in contents.group}
    unknown = [name for name in study.group_configurations if name not in experiment.group]
    if unknown:
        raise StudyError(
            f"{path}: group_configurations must name configurations of the experiments "
            f"({', '.join(experiment.group)}); got {', '.join(unknown)}"
        )
    if not experiment.group or experiment.subject is None:
        raise StudyError(
            f"{path}: the experiments together must hold at least one group configuration and "
            f"a subject configuration; {', '.join(file.name for file in study.experiments)} do "
            "not. `experiments: [attnconn, …]` adds those that come with attnconn"
        )
    filled = {"folder": base_folder(path), "experiment": experiment, "origins": origins}
    study = study.model_copy(update=filled)
    _check_lags(path, study)
    _check_methods(path, study)
    require_exportable(path, study.export, study.chosen_methods, study.make_source())
    try:
        for score in study.chosen_scores:
            if isinstance(score, ChoosesPenalties):
                score.chooses_for(study.chosen_methods)
    except ParameterError as error:
        raise StudyError(f"{path}: scores: {error}") from error
    return study


def study_tags(study: Study) -> dict[str, str]:
    """Return the Dagster tags of everything that belongs to a study."""
    return {"attnconn/study": study.name}


def _check_lags(path: Path, study: Study) -> None:
    """Raise an error if fine-tuning starts from a VAR with other lags than the pooled moments."""
    model = study.fine_tuned_configuration.model
    if model.initialisation == "linear" and model.input_window != study.baseline_lags:
        raise StudyError(
            f"{path}: baseline_lags must equal the input_window of {study.read_out[0]}, whose "
            f"fine-tuned models start as a VAR with {model.input_window} lags; "
            f"got {study.baseline_lags}"
        )


def _check_methods(path: Path, study: Study) -> None:
    """Raise an error for unknown methods, and for parameters that a method doesn't have."""
    known, trained = study.method_names, tuple(study.configurations)
    require_known(path, "methods", study.methods, known, trained)
    require_known(path, "significance.methods", study.significance.methods, known, trained)
    try:
        _ = study.granger_settings, study.every_method
    except ParameterError as error:
        hint = own_key_hint(study.methods, study)
        raise StudyError(f"{path}: methods: {error}{hint}") from error
    except ValidationError as error:
        problems = "; ".join(problem["msg"] for problem in error.errors())
        raise StudyError(f"{path}: methods: granger: {problems}") from error


def _study_models() -> dict[str, type[Study]]:
    """Return the study model for each allowed value of the key ``source``."""
    every = sources().items()
    # mypy takes type[Any] for unhashable.
    return {word: study_model(Study, word, source) for word, source in every}  # type: ignore[arg-type]


def _model_of(path: Path, content: Mapping[str, object]) -> type[Study]:
    """Return the study model for a file's key ``source``."""
    models = _study_models()
    word = content.get("source")
    if isinstance(word, str) and word in models:
        return models[word]
    if isinstance(word, str) and word in sources().unusable:
        raise StudyError(f"{path}: {sources().unusable[word]}")
    rule = f"{path}: source: must be one of {', '.join(models)}"
    if "source" in content:
        raise StudyError(f"{rule}; got {word!r}")
    near = difflib.get_close_matches("source", [str(key) for key in content], n=1)
    hint = f"; did you mean it by {near[0]!r}?" if near else ""
    raise StudyError(f"{rule}; the key is missing{hint}")
