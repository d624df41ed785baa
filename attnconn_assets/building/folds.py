"""Folds: which of a cohort's models, or of its pools, is of a subject."""

from collections.abc import Mapping, Sequence
from typing import Any

from attnconn_assets.storage.entry import Entry

__all__ = ["fold_of", "lacks_subject"]


def fold_of(folds: Sequence[Mapping[str, Any]], subject: str) -> int | None:
    """Return the place of the fold that reads a subject; None if none does."""
    places = (
        place
        for place, fold in enumerate(folds)
        if fold["reads"] is None or subject in fold["reads"]
    )
    return next(places, None)


def lacks_subject(entry: Entry, subject: str) -> bool:
    """Return whether an entry was made from folds of subjects, none of which is of this one."""
    folds = entry.facts.get("folds")
    return isinstance(folds, list) and bool(folds) and fold_of(folds, subject) is None
