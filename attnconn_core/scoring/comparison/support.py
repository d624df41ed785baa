"""Support: the number of units behind a comparison, and the number that it would need."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnconn_core.scoring.comparison.power import (
    FEWEST_SUBJECTS,
    FEWEST_UNITS,
    MOST,
    standardised_difference,
    units_for_correlation,
    units_for_difference,
)

__all__ = ["Support", "said_many", "support_of_r", "support_on_units"]

_LEVEL = 0.05


@dataclass(frozen=True)
class Support:
    """Units behind a comparison, and how many it would need.

    Attributes
    ----------
    units
        Number of units on which all methods are scored.
    unit
        Their name: ``"subjects"`` or ``"data sets"``.
    fewest
        Fewest units for which a method may lead or win.
    for_reference
        Units that the highest method would need to be significantly above the reference, if
        the observed difference were the true one: at least `fewest`, NaN if it isn't above,
        infinite above `MOST`.
    for_difference
        Units that the two highest methods would need to differ significantly, likewise.
    two_highest
        Names of these two methods, the highest first; empty if there are none.
    least_p
        Least corrected p against the reference that is possible with so few units; NaN if it
        doesn't depend on their number alone.
    """

    units: int
    unit: str = "subjects"
    fewest: int = FEWEST_UNITS
    for_reference: float = float("nan")
    for_difference: float = float("nan")
    two_highest: tuple[str, ...] = ()
    least_p: float = float("nan")

    def __post_init__(self) -> None:
        for name in ("for_reference", "for_difference"):
            needed = getattr(self, name)
            if not np.isnan(needed):
                object.__setattr__(self, name, max(float(needed), float(self.fewest)))

    @property
    def enough(self) -> bool:
        """Whether there are enough units to name a winner."""
        return self.units >= self.fewest

    def said(self) -> str:
        """Return, in words, the units needed against the reference and between the two highest."""
        return self.said_of_reference() + self.said_of_difference()

    def said_of_reference(self) -> str:
        """Return, in words, the units that the highest needs to beat the reference."""
        return self._said(
            "if its observed lead over the reference is true, the highest", self.for_reference
        )

    def said_of_difference(self) -> str:
        """Return, in words, the units that the two highest need to differ significantly."""
        return self._said("the difference seen between the two highest", self.for_difference)

    def _said(self, what: str, needed: float) -> str:
        if np.isnan(needed):
            return ""
        return f"; {what} would need {said_many(needed, self.fewest)} {self.unit}"


def said_many(needed: float, fewest: int = 0) -> str:
    """Return a number of units in words, such as ``"about 28"``.

    Parameters
    ----------
    needed
        Number of units that a finding would need; infinite above `MOST`.
    fewest
        Fewest units of any finding, which `needed` never falls below.
    """
    if needed <= fewest:
        return f"no more than {fewest}"
    return f"more than {MOST:,}" if np.isinf(needed) else f"about {needed:.0f}"


def support_on_units(values: pd.DataFrame, reference: pd.Series, unit: str) -> Support:
    """Return how many units a comparison rests on, and how many a finding would need.

    Only units count that have a score by every method and a reference. Findings are that the
    highest method beats the reference, and that it beats the second highest.

    Parameters
    ----------
    values
        One row per unit, one column per method.
    reference
        Score that a method has to beat, per unit.
    unit
        Name of the units.
    """
    complete = values[values.notna().all(axis=1) & reference.notna()]
    if not values.shape[1] or not len(complete):
        return Support(len(complete), unit)
    first, *others = complete.mean().sort_values(ascending=False, kind="stable").index
    above = standardised_difference((complete[first] - reference[complete.index]).to_numpy())
    for_difference = float("nan")
    two_highest: tuple[str, ...] = ()
    if others:
        two_highest = (str(first), str(others[0]))
        pairs = values.shape[1] * (values.shape[1] - 1) // 2
        size = standardised_difference((complete[first] - complete[others[0]]).to_numpy())
        for_difference = units_for_difference(size, _LEVEL / pairs)
    return Support(
        len(complete),
        unit,
        for_reference=_needed(above, _LEVEL / values.shape[1]),
        for_difference=for_difference,
        two_highest=two_highest,
    )


def support_of_r(
    scores: pd.DataFrame, errors: pd.DataFrame | None, tests: int, pairs: int
) -> Support:
    """Return how many subjects it takes to tell the highest r from 0, and from the second highest.

    Parameters
    ----------
    scores
        ``method``, ``value`` (r) and ``n``.
    errors
        ``method``, ``subject`` and ``error``, squared; without them (None) the number for the
        two highest is missing.
    tests, pairs
        Number of r and number of pairs of methods tested; the level is divided by these.
    """
    ordered = scores.sort_values("value", ascending=False, kind="stable", na_position="last")
    first, *others = map(str, ordered["method"])
    highest = float(scores["value"].max())
    for_difference = float("nan")
    two_highest: tuple[str, ...] = ()
    if errors is not None and others:
        both = errors.groupby(["subject", "method"])["error"].mean().unstack()
        size = standardised_difference((both[others[0]] - both[first]).to_numpy(dtype=float))
        for_difference = _needed(size, _LEVEL / max(pairs, 1))
        two_highest = (first, others[0])
    return Support(
        int(scores["n"].min()),
        fewest=FEWEST_SUBJECTS,
        for_reference=(
            units_for_correlation(min(highest, 1.0), _LEVEL / tests)
            if highest > 0
            else float("nan")
        ),
        for_difference=for_difference,
        two_highest=two_highest,
    )


def _needed(size: float, level: float) -> float:
    """Return the number of units that detect a positive difference; NaN if it isn't positive."""
    return units_for_difference(size, level) if size > 0 else float("nan")
