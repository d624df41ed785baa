"""Edge importance: contribution of each edge to the identification of subjects."""

import numpy as np
from jaxtyping import Float

from attnconn_core.scoring.edges.features import paired_features
from attnconn_core.scoring.fingerprint.similarity import unit_rows

__all__ = ["edge_importance"]


def edge_importance(
    test: Float[np.ndarray, "subject region region"],
    retest: Float[np.ndarray, "subject region region"],
    *,
    normalise: str = "edgewise",
    comparison: str = "test_to_retest",
    edges: str = "off_diagonal",
    symmetric: bool | None = None,
) -> Float[np.ndarray, "region region"]:
    """Return each edge's share of the gap between same-subject and cross correlation.

    An edge's share of a correlation is the product of its two z-scored values divided by
    the number of edges. Importance is the edge's share of the same-subject correlation
    minus its mean share over the cross pairs, averaged over subjects. Summed over all edges
    it is the mean same-subject score minus the mean cross score of `fingerprint`.

    Parameters and errors are those of `fingerprint`.

    Returns
    -------
    importance
        [target, source]; entries that aren't features are 0. For symmetric matrices one half
        are features, and the values are written to both halves.
    """
    first, second, mask = paired_features(
        test,
        retest,
        normalise=normalise,
        comparison=comparison,
        edges=edges,
        symmetric=symmetric,
    )
    n, n_edges = first.shape
    first, second = unit_rows(first, out=first), unit_rows(second, out=second)
    same = np.einsum("se,se->e", first, second)
    # A sum over i ≠ j is a product of sums minus the terms with i = j, so that pairs are
    # never stored. Both orders of a pair occur, hence the 2 on both sides.
    total_first, total_second = first.sum(axis=0), second.sum(axis=0)
    cross = 2 * (total_first * total_second - same)
    impostors = 2 * (n - 1)
    if comparison == "across_all_sessions":
        cross += total_first**2 - np.einsum("se,se->e", first, first)
        cross += total_second**2 - np.einsum("se,se->e", second, second)
        impostors = 4 * (n - 1)
    importance = np.zeros(mask.shape)
    importance[mask] = (same - cross / impostors) / (n * n_edges)
    if not mask[np.triu_indices_from(mask, 1)].any():
        importance += importance.T
    return importance
