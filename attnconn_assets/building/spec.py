"""What an asset is before Dagster knows it, and what making a partition leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from attnconn_assets.building.checks import Check
from attnconn_assets.building.work import Work
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import Entry
from attnconn_core.errors import AttnconnError
from attnconn_core.records import Session
from attnconn_core.sources import Source

__all__ = ["AssetSpec", "CheckFailedError", "Kind", "Made", "refuse_unsound"]

Kind = Literal["session", "configuration", "benchmark", "whole"]


@dataclass(frozen=True)
class Made:
    """What making a partition leaves: what was stored, and what to tell of it.

    Where the files lie, their hash and the run in MLflow are told of every entry alike.
    """

    entry: Entry
    metadata: Mapping[str, Any]
    checks: tuple[Check, ...] = ()


class CheckFailedError(AttnconnError):
    """A partition was refused: its checks tell why, and nothing was stored."""

    def __init__(self, message: str, checks: tuple[Check, ...], metadata: Mapping[str, Any]):
        super().__init__(message)
        self.checks = checks
        self.metadata = metadata


def refuse_unsound(checks: tuple[Check, ...], metadata: Mapping[str, Any]) -> None:
    """Raise if a rule is broken, with every complaint and what is to be looked at.

    Raises
    ------
    CheckFailedError
        If a check failed.
    """
    broken = [check.complaint for check in checks if not check.passed]
    if broken:
        raise CheckFailedError("; ".join(broken), checks, metadata)


@dataclass(frozen=True)
class AssetSpec:
    """An asset before Dagster knows it.

    Attributes
    ----------
    recipe
        Its name, the core modules it calls, the settings it reads.
    partitioned
        By session, by group configuration, by benchmark of known truth, or not.
    needs
        The assets it reads, and how they are partitioned.
    make
        Reads, calls the core, stores, and tells.
    reads
        The user's files that a session's partition is made from.
    checked
        Whether every partition reports the check ``sound``.
    from_configuration
        The one group configuration that it reads, where it reads one.
    settings_of
        The settings of one partition, where partitions differ: what another reads may
        change without making this one stale.
    """

    recipe: Recipe
    partitioned: Kind
    make: Callable[[Work], Made]
    needs: Mapping[str, Kind] = field(default_factory=dict)
    reads: Callable[[Source, Session], tuple[Path, ...]] | None = None
    checked: bool = False
    description: str = ""
    group: str = "inputs"
    kinds: frozenset[str] = frozenset()
    from_configuration: str | None = None
    settings_of: Callable[[str], Mapping[str, Any]] | None = None

    @property
    def name(self) -> str:
        """The asset's name."""
        return self.recipe.asset

    def recipe_of(self, partition: str) -> Recipe:
        """How one partition is made."""
        if self.settings_of is None:
            return self.recipe
        return replace(self.recipe, settings=self.settings_of(partition))
