"""Words as categories: different spellings of one category, and ranges that have an order."""

import re
from collections.abc import Callable, Iterable

__all__ = ["are_ranges", "same_written", "spelled_twice"]

_ALIKE = (
    frozenset({"female", "fem", "woman", "women", "girl"}),
    frozenset({"male", "man", "men", "boy"}),
)
_RANGE = re.compile(
    r"\d+(?:\.\d+)?\s*(?:-|–|to)\s*\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*\+|[<>≤≥]=?\s*\d+(?:\.\d+)?"
    r"|(?:under|over|below|above|at least|up to)\s+\d+"
    r"|\d+\s+(?:and|or)\s+(?:over|under|more|older)",
    re.IGNORECASE,
)
_LONG = 3  # least number of letters of a word that one letter may abbreviate


def same_written(values: Iterable[object]) -> list[list[str]]:
    """Return groups of values that differ in case, zeros before a number, or word separators.

    Examples
    --------
    >>> same_written(["site 1", "Site-01", "site 2"])
    [['site 1', 'Site-01']]
    """
    return _alike(values, _bare)


def spelled_twice(values: Iterable[object]) -> list[list[str]]:
    """Return groups of values that may spell one category, such as F and female, man and male.

    Examples
    --------
    >>> spelled_twice(["F", "M", "Female", "man", "male"])
    [['F', 'Female'], ['M', 'man', 'male']]
    >>> spelled_twice(["A", "B", "AB"])
    []
    """
    words = list(dict.fromkeys(map(str, values)))
    long = [bare for word in words if len(bare := _bare(word)) >= _LONG and bare.isalpha()]

    def meaning(word: str) -> str:
        bare = _bare(word)
        for number, alike in enumerate(_ALIKE):
            if bare in alike:
                return f"{number}"
        if len(bare) == 1 and bare.isalpha():
            meant = {meaning(spelling) for spelling in long if spelling[0] == bare}
            return meant.pop() if len(meant) == 1 else bare
        return bare

    return _alike(words, meaning)


def are_ranges(values: Iterable[object]) -> bool:
    """Return whether all values are ranges of numbers, such as 22-25 and 36+.

    Examples
    --------
    >>> are_ranges(["22-25", "26-30", "36+"])
    True
    """
    words = [str(value).strip() for value in values]
    return bool(words) and all(_RANGE.fullmatch(word) for word in words)


def _alike(values: Iterable[object], meaning: Callable[[str], str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for word in dict.fromkeys(map(str, values)):
        groups.setdefault(meaning(word), []).append(word)
    return [group for group in groups.values() if len(group) > 1]


def _bare(word: str) -> str:
    joined = re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", word.strip().casefold())
    return re.sub(r"(?<![\d.,])0+(?=\d)", "", joined)
