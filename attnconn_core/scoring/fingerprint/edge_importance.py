"""Edge importance: which edges make a subject's two scans alike and others' not."""

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
    """Split the gap between same-subject and cross correlation over edges.

    An edge's share of a correlation is the product of the two z-scored rows of
    features over their number. Importance is the share of the same-subject correlation
    less its mean over the cross pairs, averaged over subjects: over all edges it sums
    to the mean same-subject score less the mean cross score of `fingerprint`.

    Parameters are those of `fingerprint`, and so are the errors.

    Returns
    -------
    importance
        [target, source]; entries that aren't features are 0. Of symmetric matrices
        only one half are features, and the value is written to both halves.
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
    # Every sum over i ≠ j is a product of sums less the terms with i = j, so no pair
    # is ever laid out. Both orders of a pair occur, hence the 2 on either side.
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
