"""Result of a test of lagged links, as in a search for conditional independence."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from attnconn_core.checks import require_share

__all__ = ["LinkTest", "share_of_pairs"]


@dataclass(frozen=True, eq=False)
class LinkTest:
    """Test of every link from a source's past, or present, to a target's present.

    Attributes
    ----------
    lags
        Frames from source to target, one entry per first index of the arrays. At lag 0 the
        diagonal isn't tested: it holds 0 with p = 1.
    partial
        Partial correlation, given the conditions of the method.
    p
        Two-sided p value of a single link, not corrected; `edges` corrects for their number.
    """

    lags: tuple[int, ...]
    partial: Float64[np.ndarray, "lag target source"]
    p: Float64[np.ndarray, "lag target source"]

    def edges(self, fdr: float = 0.05) -> Bool[np.ndarray, "target source"]:
        """Return which pairs have a link at any lag, at a false discovery rate over all links.

        The diagonal, a region's own past, is neither tested nor returned.

        Raises
        ------
        ParameterError
            Unless `fdr` lies between 0 and 1.

        References
        ----------
        Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57: 289–300.
        """
        # Imported here because importing scipy.stats is slow.
        from scipy.stats import false_discovery_control

        require_share("fdr", fdr)
        significant = np.zeros(self.p.shape, dtype=bool)
        tested = np.broadcast_to(~np.eye(self.p.shape[1], dtype=bool), self.p.shape)
        significant[tested] = false_discovery_control(self.p[tested]) <= fdr
        return np.asarray(significant.any(axis=0))

    def strongest(self) -> Float64[np.ndarray, "target source"]:
        """Return the partial correlation at the lag with the smallest p value."""
        lag = self.p.argmin(axis=0)[None]
        return np.asarray(np.take_along_axis(self.partial, lag, axis=0)[0])


def share_of_pairs(edges: Bool[np.ndarray, "target source"]) -> float:
    """Return the share of ordered pairs of regions that have an edge, without the diagonal."""
    n_regions = len(edges)
    linked = edges & ~np.eye(n_regions, dtype=bool)
    return float(linked.sum() / (n_regions**2 - n_regions))
