"""A variant of CaLLTiF by tigramite: links in the past and the present, the whole past held."""

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

__all__ = ["Calltif"]


@dataclass(frozen=True)
class Calltif:
    """Partial correlation with the source's past or present, given the past of all others.

    CaLLTiF leaves out PCMCI's search for parents and starts from the complete past: of all
    other regions for the target, and for the source, whose lags count from its own frame. A
    link at lag 0 has no direction of its own and stands for both. `LaggedPartial` asks nearly
    the same (without the source's earlier past) and needs one inverse. The library is
    tigramite (GPL-3).

    Attributes
    ----------
    lags
        Frames of the past. The authors took 3, with 4,800 frames of 116 regions.

    Raises
    ------
    ParameterError
        If `lags` is below 1.

    References
    ----------
    Arab et al. 2025, Network Neuroscience 9: 392–420.
    """

    lags: int = 1

    method: ClassVar[str] = "calltif"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = \mathrm{corr}(x_i(t), x_j(t - l) \mid \text{past of all others}), \quad "
        r"0 \leq l \leq L"
    )
    library: ClassVar[str] = LIBRARY

    def __post_init__(self) -> None:
        check_settings(self.lags, 0.05)

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
        """Test every link at lag 0 and every other.

        Raises
        ------
        ParameterError
            If tigramite isn't installed.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or there are not
            more frames than conditions, 2 · lags · (regions − 1).
        """
        regions = range(series.n_regions)
        conditions = 2 * self.lags * (series.n_regions - 1)
        search = prepared(series, self.method, self.lags, conditions)
        past = range(1, self.lags + 1)
        parents = {
            target: [(source, -lag) for source in regions if source != target for lag in past]
            for target in regions
        }
        results = search.run_mci(tau_min=0, tau_max=self.lags, parents=parents)
        return links_of(results, tuple(range(self.lags + 1)))
