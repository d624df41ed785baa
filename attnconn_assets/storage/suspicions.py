"""Reads what `quality` stored as suspicious about sessions."""

from collections.abc import Iterable, Mapping

from attnconn_assets.storage.store import Store

__all__ = ["SUSPICIONS", "suspicions_of"]

SUSPICIONS = "suspicions"
"""Name of the fact of `quality` that holds a list of sentences."""


def suspicions_of(store: Store, sessions: Iterable[str]) -> Mapping[str, str]:
    """Return session → what is suspicious about it, for sessions with suspicions."""
    suspicions = {}
    for key in sessions:
        entry = store.readable("quality", key)
        messages = entry.facts.get(SUSPICIONS, ()) if entry is not None else ()
        if messages:
            suspicions[key] = "; ".join(messages)
    return suspicions
