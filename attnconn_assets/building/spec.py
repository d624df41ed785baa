"""Specs: how each asset is made, before Dagster's asset is built from it."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from attnconn_assets.building.cohort import Basis
from attnconn_assets.building.result import Result
from attnconn_assets.building.windows import Window
from attnconn_assets.building.work import Work
from attnconn_assets.instance.pools import TRAINING
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.recipe import Recipe
from attnconn_core.errors import ParameterError
from attnconn_core.records import Session
from attnconn_core.sources import Source

__all__ = ["BuildSpec", "Kind", "SourceRecipe"]

Kind = Literal["session", "configuration", "ground truth", "whole"]

# Groups of assets whose validity scores judge afterwards.
_JUDGED = frozenset({"connectivity", "repeats", "penalties", "forecasters"})


@dataclass(frozen=True)
class SourceRecipe:
    """How a study's scans are read: the source's module and its settings."""

    module: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class BuildSpec:
    """How one asset is made; `build_asset` makes Dagster's asset from it.

    Attributes
    ----------
    name
        The asset's name.
    make
        The body: takes a `Work`, returns a `Result`. It is a module-level function, or a
        `functools.partial` of one with such functions as arguments, so that it can read
        settings only through `Work.settings`.
    partitioned
        Kind of partitions: sessions, cohort-model configurations, ground truths, or none.
    settings
        Name → setting of the study that the body may read; part of the recipe.
    settings_of
        Function from a partition to its settings, if partitions differ.
    needs
        Assets that the body may read → their kind of partitions.
    calls
        Modules that the body uses through its settings and doesn't import.
    source
        How scans are read; None for an asset that reads no scans.
    reads
        Function from the source and the session to the user's files that a partition is made from.
    checked
        Whether every partition reports the check ``sound``.
    from_configuration
        The one cohort-model configuration that it reads, if it reads one.
    experiment, run_label
        MLflow's experiment, and the prefix of its run names; if empty, the names of the asset
        and of the study.
    sweep_of
        Function from a partition to the sweep whose MLflow run is the parent, if there is one.
    copies
        Stored file → path of a copy for users, with a fixed name; MLflow shows the file too.
    lists_excluded
        Whether it also depends on which sessions are excluded from its cohort, and why.
    optional
        Names in `needs` that may be missing; missing ones are listed in `Work.lacks`.
    made_without_all
        Whether it is made even if all optional inputs are missing.
    keeps
        Optional inputs; a stored result that was made with one of them isn't replaced by one
        that is made without all of them.
    window
        Consecutive frames that it needs of a session; None for no minimum.
    trains
        Whether the body trains forecasters. These use all cores or the GPU, so such bodies share
        a Dagster pool.
    main_of
        Function from a result with `Result.by_method` to the metrics ``measure/method`` that the
        MLflow run of the partition shows. All metrics of a method are in the method's own run.
    """

    name: str
    make: Callable[[Work], Result]
    partitioned: Kind
    settings: Mapping[str, Any] = field(default_factory=dict)
    settings_of: Callable[[str], Mapping[str, Any]] | None = None
    needs: Mapping[str, Kind] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    source: SourceRecipe | None = None
    reads: Callable[[Source, Session | None], tuple[Path, ...]] | None = None
    checked: bool = False
    description: str = ""
    group: str = "inputs"
    kinds: frozenset[str] = frozenset({"parquet", "mlflow"})
    from_configuration: str | None = None
    experiment: str = ""
    run_label: str = ""
    sweep_of: Callable[[str], str] | None = None
    copies: Mapping[str, Path] = field(default_factory=dict)
    lists_excluded: bool = False
    optional: frozenset[str] = frozenset()
    made_without_all: bool = False
    keeps: frozenset[str] = frozenset()
    window: Window | None = None
    trains: bool = False
    main_of: Callable[[Result], Mapping[str, float]] | None = None

    def __post_init__(self) -> None:
        for part in _parts(self.make):
            if not inspect.isfunction(part) or part.__closure__:
                raise ParameterError(
                    f"the body of {self.name} must consist of module-level functions without "
                    f"closures; got {part!r}: pass values as settings"
                )

    @property
    def is_judged(self) -> bool:
        """Whether scores may later find that its results must not be interpreted."""
        return self.group in _JUDGED

    @property
    def pool(self) -> str | None:
        """Dagster's pool that limits how many are made at once; None without one."""
        return TRAINING if self.trains else None

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Assets that a session must have to be in the cohort; none without a cohort."""
        if self.partitioned == "session":
            return ()
        return tuple(name for name, kind in self.needs.items() if kind == "session")

    @property
    def basis(self) -> Basis:
        """What it requires of the sessions that it rests on."""
        return Basis(self.rests_on, self.optional, self.made_without_all, self.window)

    @property
    def recipe(self) -> Recipe:
        """The recipe for all partitions."""
        return self._recipe(self.settings)

    def recipe_of(self, partition: str) -> Recipe:
        """The recipe of one partition."""
        return self._recipe(self.settings_for(partition))

    def note_of(self, partition: str) -> str:
        """The description of the MLflow run of a partition."""
        if partition == WHOLE:
            return self.description
        return f"{self.description} {self.partitioned.capitalize()} {partition}."

    def settings_for(self, partition: str) -> Mapping[str, Any]:
        """The settings that the body may read when it makes a partition."""
        return self.settings if self.settings_of is None else self.settings_of(partition)

    def _recipe(self, settings: Mapping[str, Any]) -> Recipe:
        own = tuple(dict.fromkeys(part.__module__ for part in _parts(self.make)))
        # The study's rules may add `quality` to any group result; the cohort then reflects it.
        needs = tuple(name for name in self.needs if name != "quality")
        if self.source is None:
            return Recipe(self.name, (*own, *self.calls), settings, needs)
        all_settings = {"scans": self.source.settings, **settings}
        return Recipe(self.name, (*own, *self.calls, self.source.module), all_settings, needs)


def _parts(body: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Return the functions that a body consists of."""
    if not isinstance(body, functools.partial):
        return [body]
    return [*_parts(body.func), *body.args, *body.keywords.values()]
