"""What MLflow's registry holds, read from its database without MLflow."""

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
        """Read it from MLflow's file; empty where there is none."""
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
        """Whether a model is registered with its files, and its alias set, here or by a person.

        Parameters
        ----------
        name
            Of the model in the registry.
        place
            The folder of its version.
        alias
            Which is to point to it.
        """
        versions = self._versions.get((name, place), ()) if is_whole(place) else ()
        return any(self._leads(name, alias, version) for version in versions)

    def _leads(self, name: str, alias: str, version: str) -> bool:
        """Whether an alias points to a version, or to where a person has moved it since."""
        now, ours = self._aliases.get((name, alias)), self._tags.get((name, f"{OURS}{alias}"))
        chosen = self._tags.get((name, f"{CHOSEN}{alias}"), version)
        return chosen == version and (now == version or is_moved(now, ours, version))

    def of(self, study: str) -> list[str]:
        """List what there is of models that begin with a study's name, to be compared."""
        parts = (*self._versions.items(), *self._aliases.items(), *self._tags.items())
        return sorted(f"{key} {value}" for key, value in parts if key[0].startswith(f"{study}_"))
