"""Summary numbers of a matrix."""

import numpy as np

from attnconn_core.records import Connectivity

__all__ = ["summarise"]


def summarise(connectivity: Connectivity) -> dict[str, float]:
    """Return summary numbers of a matrix's off-diagonal entries.

    Returns
    -------
    ``edge_mean`` and ``edge_deviation`` over all edges, in the method's units, and for
    directed methods ``asymmetry``: the share of the edges' sum of squares that lies in
    the antisymmetric part, (A − Aᵀ) / 2; 0 for a symmetric matrix, 1 for one where every
    edge is the negative of its reverse.
    """
    values = connectivity.values
    edges = values[~np.eye(len(values), dtype=bool)]
    if not edges.size:
        return {}
    summary = {"edge_mean": float(edges.mean()), "edge_deviation": float(edges.std())}
    power = float(np.square(edges).sum())
    if connectivity.directed and power > 0:
        summary["asymmetry"] = float(np.square(values - values.T).sum()) / 4 / power
    return summary
