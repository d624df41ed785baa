"""Penalties: how strongly a method shrinks, where that can be chosen for a purpose."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attnconn_core.connectivity.estimator import Estimator

__all__ = ["Penalty"]


@dataclass(frozen=True)
class Penalty:
    """A parameter of an estimator that shrinks, and the values that are worth trying.

    What forecasts best, or estimates a covariance best, isn't what tells people apart
    best, above all in short scans.

    Attributes
    ----------
    parameter
        Its name.
    values
        Penalties to choose from, ascending.
    given
        Further arguments that the values are meant with.

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
        """Return the estimator with another penalty, and all else unchanged."""
        changed: Any = {**self.given, self.parameter: value}
        return dataclasses.replace(estimator, **changed)  # type: ignore[type-var]
