"""Folds: finds the fold of a cohort's models or pools that reads a subject."""

from collections.abc import Mapping, Sequence
from typing import Any

from attnconn_assets.storage.entry import Entry

__all__ = ["fold_of", "lacks_subject"]


def fold_of(folds: Sequence[Mapping[str, Any]], subject: str) -> int | None:
    """Return the index of the fold that reads a subject; None if there is none."""
    places = (
        place
        for place, fold in enumerate(folds)
        if fold["reads"] is None or subject in fold["reads"]
    )
    return next(places, None)


def lacks_subject(entry: Entry, subject: str) -> bool:
    """Return whether an entry has folds of subjects, none of which reads this subject."""
    folds = entry.facts.get("folds")
    return isinstance(folds, list) and bool(folds) and fold_of(folds, subject) is None
