"""PCMCI by tigramite: lagged links, each given the parents of both ends."""

from dataclasses import dataclass
from typing import ClassVar

from attnconn_core.connectivity.link_test import LinkTest, share_of_pairs
from attnconn_core.connectivity.peers.tigramite_search import (
    LIBRARY,
    check_settings,
    links_of,
    prepared,
)
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["Pcmci"]


@dataclass(frozen=True)
class Pcmci:
    """Partial correlation of the target with the source's past, given the parents of both.

    The parents are first searched for, region by region (PC); then every link is tested given
    them (MCI). The library is tigramite (GPL-3).

    Attributes
    ----------
    lags
        Frames of the past.
    alpha
        Significance level of the search for parents.

    Raises
    ------
    ParameterError
        If a setting is out of its range.

    References
    ----------
    Runge et al. 2019, Science Advances 5: eaau4996.
    """

    lags: int = 1
    alpha: float = 0.05

    method: ClassVar[str] = "pcmci"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = \mathrm{corr}(x_i(t), x_j(t - l) \mid \text{parents of both})"
    )
    library: ClassVar[str] = LIBRARY

    def __post_init__(self) -> None:
        check_settings(self.lags, self.alpha)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return every link's partial correlation, at the lag with the smallest p value.

        Metrics: `edges`, the share of ordered pairs with a link at a false discovery rate of
        0.05. The diagonal is the region's own past.

        Raises
        ------
        ParameterError
            If tigramite isn't installed.
        SeriesError
            As `links` does.
        """
        links = self.links(series)
        metrics = {"edges": share_of_pairs(links.edges())}
        return Connectivity(links.strongest(), series.regions, self.method, self.directed, metrics)

    def links(self, series: TimeSeries) -> LinkTest:
        """Search, and test every link at every lag.

        Raises
        ------
        ParameterError
            If tigramite isn't installed.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or there are too
            few frames for the lags.
        """
        search = prepared(series, self.method, self.lags)
        results = search.run_pcmci(tau_min=1, tau_max=self.lags, pc_alpha=self.alpha)
        return links_of(results, tuple(range(1, self.lags + 1)))
