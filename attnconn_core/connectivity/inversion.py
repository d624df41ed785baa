"""Matrices that are inverted as they are: whether there are samples enough for that.

With T samples of C columns, the inverse of a covariance varies as if there were T − C samples.
Below twice as many samples as columns more of them are used up than are left: partial
correlations of a known network of 130 regions agree with it at r = .92 from 2,000 frames, .43
from 200 and .08 from 131, where Ledoit and Wolf's shrinkage still gives .65.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Inversion", "few_samples"]

_ENOUGH = 2.0  # samples per column
_SAMPLES, _COLUMNS = "samples_of_inverse", "columns_of_inverse"


@dataclass(frozen=True)
class Inversion:
    """What a method inverts without regularisation; stands in its class variable `inverts`.

    Attributes
    ----------
    samples, columns
        What they are, in words: ``"frames"`` and ``"regions"``.
    instead
        The method, or the change, that holds where samples are few.
    """

    samples: str
    columns: str
    instead: str

    def caution(self, metrics: Iterable[Mapping[str, float]]) -> str:
        """Say that the matrices of some sessions are mostly noise; empty if none is.

        Parameters
        ----------
        metrics
            Of the method's matrix of every session; see `few_samples`.
        """
        every = list(metrics)
        few = [each for each in every if _COLUMNS in each]
        if not few:
            return ""
        worst = min(few, key=lambda each: abs(each[_SAMPLES] / each[_COLUMNS] - 1))
        return (
            f"{worst[_SAMPLES]:.0f} {self.samples} of {worst[_COLUMNS]:.0f} {self.columns}: mostly "
            f"noise ({len(few)} of {len(every)} sessions have fewer than twice as many "
            f"{self.samples} as {self.columns}); {self.instead} holds"
        )


def few_samples(samples: int, columns: int) -> dict[str, float]:
    """Return both numbers as a matrix's metrics where samples are too few; else nothing.

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
