"""What an asset recorded of each session."""

from collections.abc import Iterable, Mapping

from attnconn_assets.storage.store import Store

__all__ = ["Facts", "recorded_facts"]

Facts = Mapping[str, Mapping[str, object]]
"""Session key → the facts that an asset recorded."""


def recorded_facts(store: Store, asset: str, sessions: Iterable[str]) -> Facts:
    """Return the facts of an asset's sessions, in order; unreadable entries are skipped."""
    entries = {key: store.readable(asset, key) for key in sessions}
    return {key: entry.facts for key, entry in entries.items() if entry is not None}
