"""Aliases of registered models that a person has moved: runs report them and leave them."""

from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.tracking import Tracking

__all__ = ["moved_aliases"]


def moved_aliases(study: Study, store: Store, tracking: Tracking) -> list[str]:
    """Return one line per alias that was moved by hand: where it points now."""
    champion = store.readable("champion", WHOLE)
    if champion is None or not champion.tracked:
        return []
    names = {version["name"]: None for version in champion.tracked[0].get("registered", ())}
    return [
        f"{model}: {registered.in_words(alias)}"
        for model in (f"{study.name}_{name}" for name in names)
        for alias, registered in tracking.moved_aliases(model).items()
    ]
