"""The mean of several scans' connectivity."""

from collections.abc import Sequence

import numpy as np

from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity

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
    if not matrices:
        raise ParameterError("a mean needs at least one matrix; got none")
    first = matrices[0]
    for each in matrices:
        if (each.method, each.regions) != (first.method, first.regions):
            raise ParameterError(
                f"matrices to average must share method and regions; got {first.method} of "
                f"{len(first.regions)} regions and {each.method} of {len(each.regions)}"
            )
    values = np.mean([each.values for each in matrices], axis=0)
    return Connectivity(values, first.regions, first.method, first.directed)
