"""What an asset recorded of each session."""

from collections.abc import Iterable, Mapping, Sequence

from attnconn_assets.storage.store import Store

__all__ = ["Facts", "recorded_facts", "strings"]

Facts = Mapping[str, Mapping[str, object]]
"""Session key → the facts that an asset recorded."""


def recorded_facts(store: Store, asset: str, sessions: Iterable[str]) -> Facts:
    """Return the facts of an asset's sessions, in order; unreadable entries are skipped."""
    entries = {key: store.readable(asset, key) for key in sessions}
    return {key: entry.facts for key, entry in entries.items() if entry is not None}


def strings(facts: Mapping[str, object], name: str) -> Sequence[str]:
    """Return a recorded list; empty if an older version didn't record it."""
    held = facts.get(name, ())
    assert isinstance(held, Sequence)  # noqa: S101  (as `time_series` writes them)
    return held
