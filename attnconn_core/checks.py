"""Checks of settings: a choice among words, a whole number, a number, a share."""

import math
from collections.abc import Collection
from numbers import Integral, Real
from typing import TypeGuard

from attnconn_core.errors import ParameterError

__all__ = ["require_choice", "require_number", "require_share", "require_whole"]

_OR_NONE = ", or be None"


# The values are `object`: what a person passes may be anything.
def require_choice(name: str, value: object, choices: Collection[str]) -> None:
    """Raise ParameterError unless a setting is one of some words.

    Examples
    --------
    >>> require_choice("side", "left", ("both", "greater", "less"))
    Traceback (most recent call last):
    attnconn_core.errors.ParameterError: side must be one of both, greater, less; got 'left'
    """
    if not isinstance(value, str) or value not in choices:
        raise ParameterError(f"{name} must be one of {', '.join(choices)}; got {value!r}")


def require_whole(name: str, value: object, least: int, unit: str = "") -> None:
    """Raise ParameterError unless a setting is a whole number that isn't too small.

    Parameters
    ----------
    name, value
        The setting.
    least
        Smallest number allowed.
    unit
        Of `least`, in the error.

    Examples
    --------
    >>> require_whole("lags", 1.5, 1)
    Traceback (most recent call last):
    attnconn_core.errors.ParameterError: lags must be a whole number; got 1.5
    """
    if not isinstance(value, Integral):
        raise ParameterError(f"{name} must be a whole number; got {value!r}")
    if value < least:
        raise ParameterError(f"{name} must be at least {least}{unit and ' '}{unit}; got {value}")


def require_number(
    name: str, value: object, least: float = 0.0, *, above: bool = False, or_none: bool = False
) -> None:
    """Raise ParameterError unless a setting is a finite number that isn't too small.

    Parameters
    ----------
    name, value
        The setting.
    least
        Smallest number allowed.
    above
        Whether the number must be larger than `least`.
    or_none
        Whether it may be None instead.

    Examples
    --------
    >>> require_number("alpha", 0.0, above=True)
    Traceback (most recent call last):
    attnconn_core.errors.ParameterError: alpha must be a number above 0; got 0.0
    """
    if or_none and value is None:
        return
    if not _is_finite(value) or not (value > least if above else value >= least):
        rule = f"a number {'above' if above else 'from'} {least:g}{_OR_NONE * or_none}"
        raise ParameterError(f"{name} must be {rule}; got {value!r}")


def require_share(name: str, value: object, *, ends: bool = False, or_none: bool = False) -> None:
    """Raise ParameterError unless a setting lies between 0 and 1.

    Parameters
    ----------
    name, value
        The setting.
    ends
        Whether it may also be 0 or 1.
    or_none
        Whether it may be None instead.

    Examples
    --------
    >>> require_share("density", 1.0)
    Traceback (most recent call last):
    attnconn_core.errors.ParameterError: density must lie between 0 and 1; got 1.0
    """
    if or_none and value is None:
        return
    if not _is_finite(value) or not (0 <= value <= 1 if ends else 0 < value < 1):
        raise ParameterError(f"{name} must lie between 0 and 1{_OR_NONE * or_none}; got {value!r}")


def _is_finite(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and math.isfinite(value)
