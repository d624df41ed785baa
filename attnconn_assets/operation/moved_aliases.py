"""Aliases of the study's registered models that a person has moved: runs leave them, and say so."""

from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.tracking import Tracking

__all__ = ["moved_aliases"]


def moved_aliases(study: Study, store: Store, tracking: Tracking) -> list[str]:
    """Say where each alias that was moved by hand points now, whether a run has met it or not."""
    champion = store.readable("champion", WHOLE)
    if champion is None or not champion.tracked:
        return []
    names = {each["name"]: None for each in champion.tracked[0].get("registered", ())}
    return [
        f"{model}: {registered.in_words(alias)}"
        for model in (f"{study.name}_{name}" for name in names)
        for alias, registered in tracking.moved_aliases(model).items()
    ]
