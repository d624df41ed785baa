"""Checks of the input of scores."""

import numpy as np

from attnconn_core.errors import ParameterError

__all__ = ["require_array", "require_finite", "require_pairs"]


def require_array(name: str, values: object, otherwise: str = "") -> None:
    """Raise ParameterError unless something is an array; `otherwise` ends the message."""
    if not isinstance(values, np.ndarray):
        raise ParameterError(f"{name} must be an array; got {type(values).__name__}{otherwise}")


def require_finite(name: str, values: np.ndarray) -> None:
    """Raise ParameterError naming the first subject (first axis) with NaN or infinity."""
    finite = np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    if not finite.all():
        raise ParameterError(
            f"every value of {name} must be finite; {np.count_nonzero(~finite)} subject(s) have "
            f"NaN or infinite values, the first at index {int(np.argmin(finite))}"
        )


def require_pairs(test: np.ndarray, retest: np.ndarray) -> None:
    """Raise ParameterError unless both are finite (subject, region, region) of the same shape.

    At least 2 subjects and 2 regions are needed. Row i of both must be of the same subject,
    which can't be checked here.
    """
    for name, matrices in (("test", test), ("retest", retest)):
        if matrices.ndim != 3 or matrices.shape[1] != matrices.shape[2] or matrices.shape[1] < 2:
            raise ParameterError(
                f"{name} must have shape (subject, region, region) with 2 regions or more; "
                f"got {matrices.shape}"
            )
    if test.shape != retest.shape:
        raise ParameterError(
            f"test and retest must hold the same subjects and regions; "
            f"got shapes {test.shape} and {retest.shape}"
        )
    if len(test) < 2:
        raise ParameterError(f"a fingerprint needs at least 2 subjects; got {len(test)}")
    require_finite("test", test)
    require_finite("retest", retest)
