"""Support: how many units a comparison rests on, and how many it would take."""

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
    """What a comparison rests on, and what it would need to rest on.

    Attributes
    ----------
    units
        How many units all methods are scored on.
    unit
        What they are: ``"subjects"`` or ``"data sets"``.
    fewest
        Units below which no method leads or wins.
    for_reference
        Units that the highest would need to be told from the reference, were it truly as
        far above as it was seen: no less than `fewest`, NaN where it isn't above, infinite
        above `MOST`.
    for_difference
        Units that the two highest would need to be told from each other, likewise.
    two_highest
        The methods that `for_difference` is of, the highest first; empty without it.
    """

    units: int
    unit: str = "subjects"
    fewest: int = FEWEST_UNITS
    for_reference: float = float("nan")
    for_difference: float = float("nan")
    two_highest: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("for_reference", "for_difference"):
            needed = getattr(self, name)
            if not np.isnan(needed):
                object.__setattr__(self, name, max(float(needed), float(self.fewest)))

    @property
    def enough(self) -> bool:
        """Whether there are units enough to name a winner."""
        return self.units >= self.fewest

    def said(self) -> str:
        """Say how many units would be needed, against the reference and by the two highest."""
        return self.said_of_reference() + self.said_of_difference()

    def said_of_reference(self) -> str:
        """Say how many units the highest would need to beat the reference."""
        return self._said(
            "the highest, were it as far above the reference as seen,", self.for_reference
        )

    def said_of_difference(self) -> str:
        """Say how many units the two highest would need to be told apart."""
        return self._said("the difference seen between the two highest", self.for_difference)

    def _said(self, what: str, needed: float) -> str:
        return "" if np.isnan(needed) else f"; {what} would need {said_many(needed)} {self.unit}"


def said_many(needed: float) -> str:
    """Say how many units are needed, such as ``"about 28"``."""
    return f"more than {MOST:,}" if np.isinf(needed) else f"about {needed:.0f}"


def support_on_units(values: pd.DataFrame, reference: pd.Series, unit: str) -> Support:
    """Return how many units have all, and how many the highest and the two highest need.

    Parameters
    ----------
    values
        A row per unit, a column per method.
    reference
        What a method has to beat, unit by unit.
    unit
        What the units are called.
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
    """Return how many subjects the highest r needs, and the two highest.

    Parameters
    ----------
    scores
        ``method``, ``value`` (r) and ``n``.
    errors
        ``method``, ``subject`` and ``error``, squared; None leaves the two highest out.
    tests, pairs
        How many r and how many pairs of methods are tested, which the level is divided by.
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
    """Units to see that something is above, if it is."""
    return units_for_difference(size, level) if size > 0 else float("nan")
