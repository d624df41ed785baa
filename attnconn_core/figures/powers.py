"""Powers of ten that small and large values are divided by before they are written."""

from math import floor, log10

import numpy as np
from jaxtyping import Float

__all__ = ["in_tens", "scaled", "times_power"]


def scaled(values: Float[np.ndarray, "..."]) -> tuple[int, Float[np.ndarray, "..."]]:
    """Return a common power of ten, and the values divided by it; 0 for values from .1 to 100."""
    power = _order(values)
    power = 0 if -1 <= power <= 1 else power
    return power, values / 10.0**power


def in_tens(values: Float[np.ndarray, "..."]) -> tuple[int, Float[np.ndarray, "..."]]:
    """Return a power of ten, and the values divided by it: the largest is from 10 to 100."""
    power = _order(values) - 1
    return power, values / 10.0**power


def _order(values: Float[np.ndarray, "..."]) -> int:
    finite = np.abs(values[np.isfinite(values)])
    largest = finite.max() if finite.size else 0.0
    return floor(log10(largest)) if largest > 0 else 0


def times_power(power: int) -> str:
    """Return ``"× 10⁻²"`` for −2; empty for 0."""
    digits = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"× 10{digits}" if power else ""
