"""A dataclass that prints in one line, however large its arrays are."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from numbers import Real
from typing import Any

__all__ = ["ShortRepr"]

_SHOWN = 3
_LONGEST = 60


class ShortRepr:
    """Base of dataclasses that hold arrays: numbers are printed, arrays by their shape.

    A subclass is a dataclass with ``repr=False``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> @dataclass(repr=False)
    ... class Fitted(ShortRepr):
    ...     r2: float
    ...     weights: np.ndarray
    >>> Fitted(1 / 3, np.zeros((40, 40)))
    Fitted(r2=0.3333, weights=array (40, 40))
    """

    def __repr__(self) -> str:
        # Any subclass is a dataclass.
        named = (field.name for field in fields(self) if field.repr)  # type: ignore[arg-type]
        parts = (f"{name}={_short(getattr(self, name))}" for name in named)
        return f"{type(self).__name__}({', '.join(parts)})"


def _short(value: Any) -> str:  # a field may hold anything
    shape = getattr(value, "shape", ())
    if shape:
        kind = type(value).__name__
        return f"{'array' if kind == 'ndarray' else kind} {tuple(shape)}"
    if isinstance(value, Real) and not isinstance(value, int):
        return f"{float(value):.4g}"
    if isinstance(value, Mapping):
        return f"{{{_first(f'{key!r}: {_short(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"[{_first(map(_short, value))}]"
    text = repr(value)
    long = len(text) > _LONGEST or "\n" in text
    return f"{type(value).__name__}(…)" if long and not isinstance(value, ShortRepr) else text


def _first(parts: Iterable[str]) -> str:
    every = list(parts)
    more = f", … {len(every)} in all" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
