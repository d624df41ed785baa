"""The mean of several scans' connectivity."""

from collections.abc import Sequence

from attnconn_core.records import Connectivity, stacked

__all__ = ["mean_connectivity"]


def mean_connectivity(matrices: Sequence[Connectivity]) -> Connectivity:
    """Return the mean of matrices of one method and one set of regions, entry by entry.

    Correlations are averaged without Fisher's transformation, like the values of every other
    method.

    Raises
    ------
    ParameterError
        If there is no matrix, or the matrices differ in method or regions.

    Examples
    --------
    >>> import numpy as np
    >>> one = Connectivity(np.eye(2), ("V1", "V2"), "pearson", directed=False)
    >>> other = Connectivity(np.ones((2, 2)), ("V1", "V2"), "pearson", directed=False)
    >>> mean_connectivity([one, other]).values
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    values = stacked("matrices", matrices).mean(axis=0)
    first = matrices[0]
    return Connectivity(values, first.regions, first.method, first.directed)
