"""What an asset is before Dagster knows it."""

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
from attnconn_assets.storage.recipe import Recipe
from attnconn_core.errors import ParameterError
from attnconn_core.records import Session
from attnconn_core.sources import Source

__all__ = ["BuildSpec", "Kind", "SourceRecipe"]

Kind = Literal["session", "configuration", "ground truth", "whole"]

# Groups of assets that scores judge: they stand before it is known what can be said of them.
_JUDGED = frozenset({"connectivity", "repeats", "penalties", "forecasters"})


@dataclass(frozen=True)
class SourceRecipe:
    """How a study's scans are read: the source's module, and the settings it is made with."""

    module: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class BuildSpec:
    """An asset before Dagster knows it.

    Attributes
    ----------
    name
        The asset's name.
    make
        The body: takes a `Work`, returns a `Result`. It is a function of a module, or a
        `functools.partial` of one whose arguments are such functions: it has no other way to
        a setting than `Work.settings`.
    partitioned
        By session, by configuration of the cohort model, by ground truth, or not.
    settings
        All that the body may read of the study, by name; part of the recipe.
    settings_of
        The settings of one partition, where partitions differ.
    needs
        The assets it reads, and how they are partitioned. It can read no others.
    calls
        Modules that the body reaches through its settings and not by an import.
    source
        How scans are read, for an asset that reads the user's scans; None for all others,
        which have no way to them.
    reads
        The user's files that a partition (of a session, or of the whole) is made from.
    checked
        Whether every partition reports the check ``sound``.
    from_configuration
        The one configuration of the cohort model that it reads, where it reads one.
    experiment, run_label
        MLflow's experiment, and what its runs are called; the asset's and the study's name
        if empty.
    sweep_of
        The sweep that a partition's run stands below in MLflow, where there are sweeps.
    copies
        Stored file → where people find it under a name that stays; MLflow shows it, too.
    lists_excluded
        Whether it also rests on who is left out of its cohort, and why.
    optional
        Of `needs`, those that it is made without where they can't be made: the body finds
        them in `Work.lacks`.
    made_without_all
        Whether it is made even where it can have none of them, whatever the cohort.
    window
        Consecutive frames of a session that it needs; None if any session will do.
    trains
        Whether the body trains forecasters, which takes every core or the GPU: such bodies
        share a pool of Dagster's.
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
    window: Window | None = None
    trains: bool = False

    def __post_init__(self) -> None:
        for part in _parts(self.make):
            if not inspect.isfunction(part) or part.__closure__:
                raise ParameterError(
                    f"the body of {self.name} must be made of functions of a module, without "
                    f"values of its own; got {part!r}: give it as a setting"
                )

    @property
    def keeps_figures(self) -> bool:
        """Whether figures are stored: those of scores are, a picture per session isn't."""
        return self.partitioned in ("whole", "ground truth")

    @property
    def is_judged(self) -> bool:
        """Whether scores may find, after it is made, that it must not be interpreted."""
        return self.group in _JUDGED

    @property
    def pool(self) -> str | None:
        """Dagster's pool that it takes a place of while it is made; None without one."""
        return TRAINING if self.trains else None

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The assets that a session must have to be in the cohort; none without a cohort."""
        if self.partitioned == "session":
            return ()
        return tuple(name for name, kind in self.needs.items() if kind == "session")

    @property
    def basis(self) -> Basis:
        """What it asks of the sessions that it rests on."""
        return Basis(self.rests_on, self.optional, self.made_without_all, self.window)

    @property
    def recipe(self) -> Recipe:
        """How it is made, whatever the partition."""
        return self._recipe(self.settings)

    def recipe_of(self, partition: str) -> Recipe:
        """How one partition is made."""
        return self._recipe(self.settings_for(partition))

    def settings_for(self, partition: str) -> Mapping[str, Any]:
        """All that the body may read of the study when it makes a partition."""
        return self.settings if self.settings_of is None else self.settings_of(partition)

    def _recipe(self, settings: Mapping[str, Any]) -> Recipe:
        own = tuple(dict.fromkeys(part.__module__ for part in _parts(self.make)))
        # The study's rules may add quality to any group result: its cohort counts then.
        needs = tuple(name for name in self.needs if name != "quality")
        if self.source is None:
            return Recipe(self.name, (*own, *self.calls), settings, needs)
        read = {"scans": self.source.settings, **settings}
        return Recipe(self.name, (*own, *self.calls, self.source.module), read, needs)


def _parts(body: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Take a body apart into the functions that it is made of."""
    if not isinstance(body, functools.partial):
        return [body]
    return [*_parts(body.func), *body.args, *body.keywords.values()]
