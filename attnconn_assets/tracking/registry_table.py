"""The content of MLflow's registry, read directly from its database."""

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attnconn_assets.tracking.registry import CHOSEN, OURS, is_moved, is_whole, path_of

__all__ = ["RegistryTable"]

_VERSIONS = """
select name, source, version from model_versions where current_stage <> 'Deleted_Internal'
order by version
"""
_ALIASES = "select name, alias, version from registered_model_aliases"
_TAGS = "select name, key, value from registered_model_tags"

_Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class RegistryTable:
    """The versions of registered models, by their folders, and their aliases."""

    _versions: Mapping[tuple[str, Path], Sequence[str]] = field(default_factory=dict)
    _aliases: _Names = field(default_factory=dict)
    _tags: _Names = field(default_factory=dict)

    @classmethod
    def read(cls, database: Path) -> "RegistryTable":
        """Read the table from MLflow's database file; empty if it is missing."""
        if not database.exists():
            return cls()
        asked = f"{database.as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(asked, uri=True, timeout=60)) as connection:
            versions, aliases, tags = (
                connection.execute(query).fetchall() for query in (_VERSIONS, _ALIASES, _TAGS)
            )
        by_place: dict[tuple[str, Path], list[str]] = defaultdict(list)
        for name, source, version in versions:
            by_place[name, path_of(source)].append(str(version))
        return cls(
            dict(by_place),
            {(name, alias): str(version) for name, alias, version in aliases},
            {(name, key): value for name, key, value in tags},
        )

    def holds(self, name: str, place: Path, alias: str) -> bool:
        """Whether a model is registered with its files, and its alias is set.

        Parameters
        ----------
        name
            Name of the registered model.
        place
            Folder of its version.
        alias
            Alias that should point to it, unless a person has moved it.
        """
        versions = self._versions.get((name, place), ()) if is_whole(place) else ()
        return any(self._leads(name, alias, version) for version in versions)

    def _leads(self, name: str, alias: str, version: str) -> bool:
        """Whether an alias points to a version, or a person has moved it away from there."""
        now, ours = self._aliases.get((name, alias)), self._tags.get((name, f"{OURS}{alias}"))
        chosen = self._tags.get((name, f"{CHOSEN}{alias}"), version)
        return chosen == version and (now == version or is_moved(now, ours, version))

    def of(self, study: str) -> list[str]:
        """Return all versions, aliases and tags of a study's models as text, for comparison."""
        parts = (*self._versions.items(), *self._aliases.items(), *self._tags.items())
        return sorted(f"{key} {value}" for key, value in parts if key[0].startswith(f"{study}_"))
