"""Penalties that a score may choose for a method."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attnconn_core.connectivity.estimator import Estimator

__all__ = ["Penalty"]


@dataclass(frozen=True)
class Penalty:
    """A penalty parameter of an estimator, and the values to try.

    The penalty that forecasts best, or estimates a covariance best, isn't the one that
    identifies subjects best, above all in short scans.

    Attributes
    ----------
    parameter
        Name of the parameter.
    values
        Penalties to choose from, ascending.
    given
        Other arguments of the estimator that are set with the penalty.

    Examples
    --------
    >>> from attnconn_core.connectivity import VarIdentification
    >>> Penalty("shrinkage", (0.1, 0.9)).at(VarIdentification(), 0.9).shrinkage
    0.9
    """

    parameter: str
    values: tuple[float, ...]
    given: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def at(self, estimator: Estimator, value: float) -> Estimator:
        """Return the estimator with another penalty, otherwise unchanged."""
        changed: Any = {**self.given, self.parameter: value}
        return dataclasses.replace(estimator, **changed)  # type: ignore[type-var]
