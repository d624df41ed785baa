"""How messages name a few of many."""

from collections.abc import Sequence

__all__ = ["few_and_more", "first_few"]


def first_few(names: Sequence[object], shown: int) -> str:
    """Name the first of many.

    Examples
    --------
    >>> first_few(["V1", "A1", "M1"], 2)
    'V1, A1, …'
    """
    return ", ".join(map(str, names[:shown])) + (", …" if len(names) > shown else "")


def few_and_more(names: Sequence[object], shown: int) -> str:
    """Name the first of many, and say how many more there are.

    Examples
    --------
    >>> few_and_more(["V1", "A1", "M1"], 2)
    'V1, A1 and 1 more'
    """
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(map(str, names[:shown])) + more
