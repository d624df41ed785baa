"""PCMCI+ by tigramite: lagged links, and links in the present whose direction can be found."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.link_test import share_of_pairs
from attnconn_core.connectivity.peers.tigramite_search import (
    LIBRARY,
    check_settings,
    links_of,
    prepared,
)
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["PcmciPlus"]


@dataclass(frozen=True)
class PcmciPlus:
    """Partial correlation along the links of PCMCI+'s graph; 0 where there is none.

    Finds links at lag 0 too, and orients those that it can; one that it can't stands for
    both directions. The library is tigramite (GPL-3).

    Attributes
    ----------
    lags
        Frames of the past.
    alpha
        Significance level of every test.

    Raises
    ------
    ParameterError
        If a setting is out of its range.

    References
    ----------
    Runge 2020, Proceedings of Machine Learning Research 124: 1388–1397.
    """

    lags: int = 1
    alpha: float = 0.01

    method: ClassVar[str] = "pcmci_plus"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = \mathrm{corr}(x_i(t), x_j(t - l) \mid \text{parents of both}), \quad "
        r"0 \leq l \leq L"
    )
    library: ClassVar[str] = LIBRARY

    def __post_init__(self) -> None:
        check_settings(self.lags, self.alpha)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the links of the graph, each at the lag with the smallest p value.

        Metrics: `edges`, the share of ordered pairs with a link. The diagonal is the region's
        own past.

        Raises
        ------
        ParameterError
            If tigramite isn't installed.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or there are too
            few frames for the lags.
        """
        search = prepared(series, self.method, self.lags)
        results = search.run_pcmciplus(tau_min=0, tau_max=self.lags, pc_alpha=self.alpha)
        # "-->" leads from the first region to the second; "o-o" and "x-x" are left open.
        there = np.isin(results["graph"], ("-->", "o-o", "x-x"))
        kept = {
            "val_matrix": np.where(there, results["val_matrix"], 0.0),
            "p_matrix": np.where(there, results["p_matrix"], 1.0),
        }
        values = links_of(kept, tuple(range(self.lags + 1))).strongest()
        metrics = {"edges": share_of_pairs(np.asarray(there.any(axis=2)))}
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
