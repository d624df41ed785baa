"""What is suspicious about sessions, as `quality` stored it."""

from collections.abc import Iterable, Mapping

from attnconn_assets.storage.store import Store

__all__ = ["SUSPICIONS", "suspicions_of"]

SUSPICIONS = "suspicions"
"""The fact of `quality` that holds sentences; an empty list where there are none."""


def suspicions_of(store: Store, sessions: Iterable[str]) -> Mapping[str, str]:
    """Return what is suspicious about each session; those about which nothing is aren't there."""
    found = {}
    for key in sessions:
        entry = store.readable("quality", key)
        told = entry.facts.get(SUSPICIONS, ()) if entry is not None else ()
        if told:
            found[key] = "; ".join(told)
    return found
