"""An entry: the manifest of one partition of one asset."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attnconn_core.stored_names import WHOLE

__all__ = ["WHOLE", "Entry", "StoredFile"]

# Facts on how an entry was made; they aren't part of its content hash.
_PROVENANCE = frozenset(
    {"read", "cohort", "sessions", "excluded", "training_seconds", "versions", "aliases"}
)


@dataclasses.dataclass(frozen=True)
class StoredFile:
    """One file of an entry.

    Attributes
    ----------
    name
        File name in the store.
    sha256
        SHA-256 of the content.
    size
        Bytes.
    changed_ns
        Time of change in nanoseconds; None if an older version stored it.
    """

    name: str
    sha256: str
    size: int
    changed_ns: int | None = None


@dataclasses.dataclass(frozen=True)
class Entry:
    """The manifest of one partition of one asset.

    Attributes
    ----------
    files
        Name such as ``"matrix.parquet"`` → the file.
    recipe
        Hash of the code and the settings that made it.
    inputs
        ``asset/partition`` → the `digest` that was read.
    facts
        Other measurements and notes, as JSON values.
    made_by
        Dagster run, MLflow run, code version, time.
    tracked
        What was sent to MLflow, so that its runs can be recreated: the partition's own run
        first, then those below it. Empty if an older version stored it.
    """

    asset: str
    partition: str
    files: Mapping[str, StoredFile]
    recipe: str
    inputs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    made_by: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tracked: tuple[Mapping[str, Any], ...] = ()

    @functools.cached_property
    def digest(self) -> str:
        """Hash of the content, files and facts; assets that read this entry depend on it."""
        parts = [f"{name}:{file.sha256}" for name, file in sorted(self.files.items())]
        facts = {name: value for name, value in self.facts.items() if name not in _PROVENANCE}
        parts += [json.dumps(facts, sort_keys=True)] if facts else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
