"""Families of subjects, which stay in one fold, and subjects without relatives."""

from collections import Counter

import numpy as np
import pandas as pd

from attnconn_core.errors import CohortError
from attnconn_core.scoring.categories import same_written
from attnconn_core.sources import as_written, is_code
from attnconn_core.wording import few_and_more, first_few

__all__ = ["families", "family_notes"]

_SHOWN = 5
# Words that mean "no relatives in the study", and words that mean "not known".
_NONE = frozenset(
    {"unrelated", "not related", "none", "no", "nobody", "n/a", "na", "nil", "-", "--"}
    | {"single", "singleton", "singletons", "alone", "independent"}
    | {"no family", "no relatives", "no relative", "no siblings", "no sibling"}
)
_UNKNOWN = frozenset({"unknown", "missing", "not known", "?", "."})
# Share of the subjects, and number of subjects, in one family.
_SHARE, _MANY = 1 / 3, 4
_FEW = 3  # subjects with a code such as 0, if no other family has as many


def families(column: pd.Series) -> np.ndarray:
    """Return each subject's family.

    A subject whose entry is a word for "no relatives", such as ``unrelated``, gets a family of
    its own.

    Raises
    ------
    CohortError
        If a subject's family is not known, or a family is written in two ways. In both cases
        relatives of a subject could be among those who train the model that predicts it.
    """
    unknown = column.isna() | column.map(_bare).isin(_UNKNOWN)
    if unknown.any():
        without = column.index[unknown].tolist()
        raise CohortError(
            f"behaviour needs a family of every subject (family_column: {column.name}); "
            f"{len(without)} of {len(column)} have none: {first_few(without, _SHOWN)}"
            ". Write unrelated for subjects without relatives in the study, or give each of them "
            "a family of its own"
        )
    single = _single(column)
    for written in same_written(column[~single]):
        raise CohortError(
            f"behaviour needs a family to be written in one way (family_column: {column.name}); "
            f"it has {' and '.join(map(repr, written))}"
        )
    if not single.any():
        return column.to_numpy()
    own = [f"none of {subject}" for subject in column.index]
    return np.asarray(column.map(as_written).where(~single, own), dtype=object)


def family_notes(column: pd.Series) -> list[str]:
    """Return notes on subjects read as having no relatives, and on families that may be a code.

    Parameters
    ----------
    column
        Family by subject, as `families` takes it.
    """
    notes = []
    single = _single(column)
    if single.any():
        words = " or ".join(sorted(set(column[single].map(as_written))))
        notes.append(
            f"family_column {column.name}: {words} is read as having no relatives; families of "
            f"their own: {few_and_more(list(column.index[single]), _SHOWN)}"
        )
    sizes = Counter(column[~single].map(as_written)).most_common()
    for place, (value, size) in enumerate(sizes):
        if _seems_none(value, size, len(column), largest=place == 0):
            notes.append(
                f"family_column {column.name}: {size} of {len(column)} subjects are one family "
                f"({value}), which stays in one fold: does {value} mean that they have no "
                "relatives? Then write unrelated, or give each of them a family of its own"
            )
    return notes


def _seems_none(value: str, size: int, of: int, *, largest: bool) -> bool:
    """Return whether a family's size, or a name such as -1, suggests that it is a code."""
    if size >= _MANY and size > _SHARE * of:
        return True
    number = pd.to_numeric(value, errors="coerce")
    if np.isnan(number) or not is_code(float(number)):
        return False
    return size > 1 and bool(number < 0 or (largest and size >= _FEW))


def _single(column: pd.Series) -> pd.Series:
    return column.map(_bare).isin(_NONE)


def _bare(value: object) -> str:
    return " ".join(as_written(value).casefold().replace("_", " ").split())
