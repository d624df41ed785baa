"""Pools: subjects that the same cohort model reads, and averages over pools."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Stacks"]


@dataclass(frozen=True, eq=False)
class Stacks:
    """A method's matrices of complete scans, [subject, target, source], in order of subjects.

    Attributes
    ----------
    test, retest
        Matrices of the same subjects.
    directed
        Whether both halves of a matrix are features.
    pools
        Number of each subject's pool; subjects are compared within pools.
    """

    test: np.ndarray
    retest: np.ndarray
    directed: bool
    pools: np.ndarray

    def mean_over_pools(self, of_pool: Callable[[np.ndarray, np.ndarray], Any]) -> np.ndarray:
        """Return the mean over pools of a function of their matrices, weighted by subjects."""
        return np.asarray(
            sum(share * of_pool(test, retest) for share, test, retest in self.by_pool())
        )

    def by_pool(self) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
        """Yield every pool's share of the subjects, and its matrices."""
        for pool_number in np.unique(self.pools):
            inside = self.pools == pool_number
            yield float(inside.mean()), self.test[inside], self.retest[inside]
