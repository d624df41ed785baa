"""An entry: what the store knows of one partition of one asset."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attnconn_core.stored_names import WHOLE

__all__ = ["WHOLE", "Entry", "StoredFile"]

# Facts of how an entry came about: another of these is no other content.
_PROVENANCE = frozenset(
    {"read", "cohort", "sessions", "excluded", "training_seconds", "versions", "aliases"}
)


@dataclasses.dataclass(frozen=True)
class StoredFile:
    """One file of an entry.

    Attributes
    ----------
    name
        In the store.
    sha256
        Of what it holds.
    size
        In bytes.
    changed_ns
        When it was written, in nanoseconds; None where an older version stored it.
    """

    name: str
    sha256: str
    size: int
    changed_ns: int | None = None


@dataclasses.dataclass(frozen=True)
class Entry:
    """What the store knows of one partition of one asset.

    Attributes
    ----------
    files
        What they are called (``"matrix.parquet"``) → the file.
    recipe
        A hash of the code and the settings that made it.
    inputs
        ``asset/partition`` → the `digest` of what was read.
    facts
        What else was measured or is to be known, as JSON.
    made_by
        Dagster run, MLflow run, code version, time.
    tracked
        What MLflow was told, by which its runs can be made again: the partition's own first,
        then those below it; empty where an older version stored it.
    """

    asset: str
    partition: str
    files: Mapping[str, StoredFile]
    recipe: str
    inputs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    made_by: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tracked: tuple[Mapping[str, Any], ...] = ()

    @property
    def digest(self) -> str:
        """The content's hash: what those who read this depend on, files and facts."""
        parts = [f"{name}:{file.sha256}" for name, file in sorted(self.files.items())]
        told = {name: value for name, value in self.facts.items() if name not in _PROVENANCE}
        parts += [json.dumps(told, sort_keys=True)] if told else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
