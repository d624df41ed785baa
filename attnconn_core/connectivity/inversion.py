"""Checks of matrices that are inverted without regularisation: whether samples are enough.

With T samples of C columns, the inverse of a covariance varies as if there were T − C samples.
With fewer than twice as many samples as columns, most are used up. For example, partial
correlations of a known graph of 130 regions agree with it at r = .92 from 2,000 frames, .43
from 200 and .08 from 131, where Ledoit and Wolf's shrinkage still gives .65.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Inversion", "few_dimensions", "few_samples"]

_ENOUGH = 2.0  # samples per column
_LOST = 0.5  # of a dimension; 0.001 in scans of the Human Connectome Project
_SAMPLES, _COLUMNS = "samples_of_inverse", "columns_of_inverse"
_DIMENSIONS = "dimensions_of_inverse"


@dataclass(frozen=True)
class Inversion:
    """What a method inverts without regularisation; stored in its class variable `inverts`.

    Attributes
    ----------
    samples, columns
        Their names in messages: ``"frames"`` and ``"regions"``.
    instead
        The method, or the change, to use if samples are few.
    """

    samples: str
    columns: str
    instead: str

    def caution(self, metrics: Iterable[Mapping[str, float]]) -> str:
        """Return a warning if the matrices of some sessions are mostly noise; else "".

        Parameters
        ----------
        metrics
            Metrics of the matrix of every session; see `few_samples` and `few_dimensions`.
        """
        every = list(metrics)
        few = [session for session in every if _SAMPLES in session]
        if not few:
            return self._caution_of_dimensions(every)
        worst = min(few, key=lambda session: abs(session[_SAMPLES] / session[_COLUMNS] - 1))
        return (
            f"{worst[_SAMPLES]:.0f} {self.samples} of {worst[_COLUMNS]:.0f} {self.columns}: mostly "
            f"noise ({len(few)} of {len(every)} sessions have fewer than twice as many "
            f"{self.samples} as {self.columns}); use {self.instead} instead"
        )

    def _caution_of_dimensions(self, every: Sequence[Mapping[str, float]]) -> str:
        lacking = [session for session in every if _DIMENSIONS in session]
        if not lacking:
            return ""
        worst = min(lacking, key=lambda session: session[_DIMENSIONS] / session[_COLUMNS])
        return (
            f"{worst[_DIMENSIONS]:.0f} dimensions of {worst[_COLUMNS]:.0f} {self.columns}: the "
            f"values are decided by rounding ({len(lacking)} of {len(every)} sessions lack "
            "dimensions, as after regressing out a global signal); "
            f"use {self.instead} instead"
        )


def few_dimensions(columns: int, lost: float) -> dict[str, float]:
    """Return the remaining dimensions as metrics if one or more is lost; else nothing.

    Parameters
    ----------
    columns
        Number of columns of the covariance C.
    lost
        Trace of r (C + r I)⁻¹: the number of dimensions with less variance than the ridge r.

    Examples
    --------
    >>> few_dimensions(14, 1.0)
    {'dimensions_of_inverse': 13.0, 'columns_of_inverse': 14.0}
    >>> few_dimensions(14, 0.01)
    {}
    """
    if lost < _LOST:
        return {}
    return {_DIMENSIONS: float(columns - max(round(lost), 1)), _COLUMNS: float(columns)}


def few_samples(samples: int, columns: int) -> dict[str, float]:
    """Return both numbers as metrics if there are too few samples; else nothing.

    Examples
    --------
    >>> few_samples(131, 130)
    {'samples_of_inverse': 131.0, 'columns_of_inverse': 130.0}
    >>> few_samples(1200, 130)
    {}
    """
    if samples >= _ENOUGH * columns:
        return {}
    return {_SAMPLES: float(samples), _COLUMNS: float(columns)}
