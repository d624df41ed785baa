"""Connectivity of one session, by one method."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, cast

import numpy as np
from jaxtyping import Float, Shaped
from numpy.typing import DTypeLike

from attnconn_core.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Connectivity"]


@dataclass(frozen=True, eq=False, repr=False)
class Connectivity:
    """Connectivity of one session, by one method.

    Attributes
    ----------
    values
        (target, source); float64.
    regions
        One name per row and column.
    method
        Name of the method, such as ``"pearson"``.
    directed
        Whether [target, source] and [source, target] may differ.
    metrics
        Numbers computed along with the matrix, such as Granger's ``r2``.

    Raises
    ------
    ParameterError
        If the values aren't a square matrix with one row per region.

    Examples
    --------
    >>> import numpy as np
    >>> directed = Connectivity(np.array([[0, 2.0], [0.5, 0]]), ("V1", "V2"), "granger", True)
    >>> directed
    Connectivity('granger', 2 regions, directed)
    >>> directed.to_frame().loc["V1", "V2"]  # from V2 to V1
    np.float64(2.0)
    >>> np.asarray(directed).shape
    (2, 2)
    >>> directed.net_flow().to_dict()
    {'V1': -1.5, 'V2': 1.5}
    """

    values: Float[np.ndarray, "target source"]
    regions: tuple[str, ...]
    method: str
    directed: bool
    metrics: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            values = np.asarray(self.values, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ParameterError(f"connectivity must hold real numbers; {error}") from error
        regions = tuple(str(name) for name in self.regions)
        if values.shape != (len(regions), len(regions)):
            raise ParameterError(
                f"connectivity must have shape ({len(regions)}, {len(regions)}), "
                f"one row and one column per region; got {values.shape}"
            )
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "regions", regions)
        object.__setattr__(self, "metrics", dict(self.metrics))

    def __repr__(self) -> str:
        direction = "directed" if self.directed else "undirected"
        n_regions = len(self.regions)
        return f"{type(self).__name__}({self.method!r}, {n_regions} regions, {direction})"

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> Shaped[np.ndarray, "target source"]:
        """Return `values`, for ``np.asarray(connectivity)`` and NumPy's functions.

        Parameters
        ----------
        dtype
            Type of the values; None for float64.
        copy
            As in ``np.array``: None copies only if `dtype` requires it.
        """
        return np.array(self.values, dtype=dtype, copy=copy)

    def to_frame(self) -> "pd.DataFrame":
        """Return the matrix as a table with one row per target and one column per source."""
        import pandas as pd

        return pd.DataFrame(
            self.values,
            index=pd.Index(self.regions, name="target"),
            columns=pd.Index(self.regions, name="source"),
        )

    def net_flow(self) -> "pd.Series":
        """Return what each region sends minus what it receives, without the diagonal.

        Returns
        -------
        net_flow
            One value per region, in the units of the matrix; positive if the region's influence
            on others is larger than theirs on it. The values sum to 0.

        Raises
        ------
        ParameterError
            If the matrix isn't directed; every net flow would be 0.
        """
        import pandas as pd

        if not self.directed:
            raise ParameterError(
                f"net flow needs a directed method; {self.method} is the same in both directions"
            )
        sent, received = self.values.sum(axis=0), self.values.sum(axis=1)
        return pd.Series(
            sent - received, index=pd.Index(self.regions, name="region"), name="net_flow"
        )

    def plot(self, *, signed: bool | None = None) -> "Figure":
        """Plot the matrix, with targets as rows and sources as columns.

        Parameters
        ----------
        signed
            Whether negative values have a meaning; colours are then centred on 0. Default: True
            if an off-diagonal value is negative.
        """
        if signed is None:
            signed = bool((self.values[~np.eye(len(self.regions), dtype=bool)] < 0).any())
        # Figures are above records in the import order, so they are imported here.
        figures = import_module("attnconn_core.figures")
        return cast("Figure", figures.matrix(self, None, signed=signed))
