"""What a matrix's values, rows and columns are, for the axes and colour bars of figures."""

from collections.abc import Sequence

from attnconn_core.figures.method_styles import Styles
from attnconn_core.records import Connectivity

__all__ = ["quantity_of", "sides_of"]

_OF_METHODS = {
    "pearson": "correlation",
    "tangent": "log covariance ratio",
    "granger_log_ratio": "log ratio (nats × 2)",
    "lagged_correlation": "correlation",
    "transfer_entropy": "information (nats)",
    "lagged_partial": "partial correlation",
    "var_identification": "partial correlations (sum)",
    "rdcm": "connection (1/s)",
    "mindy": "connection (1/frame)",
    "patel_tau": "tau",
    "direct_lingam": "linear effect",
    "pcmci": "partial correlation",
    "pcmci_plus": "partial correlation",
    "calltif": "partial correlation",
}
_OF_FAMILIES = {
    "partial correlation": "partial correlation",
    "granger": "drop in R²",
    "attention": "attention weight",
    "ablation": "drop in R²",
    "sensitivity": "absolute slope",
    "attention norm": "share of a target",
}


def quantity_of(method: str, styles: Styles) -> str:
    """Return what the values of a method are, in words, with their unit if they have one.

    "connection", for methods about which nothing is known.

    Examples
    --------
    >>> from attnconn_core.figures.method_styles import default_styles
    >>> quantity_of("granger", default_styles())
    'drop in R²'
    """
    return _OF_METHODS.get(method) or _OF_FAMILIES.get(styles.family(method), "connection")


def sides_of(records: Sequence[Connectivity], kind: str) -> tuple[str, str]:
    """Return what rows and columns are: in an undirected matrix nothing informs or is informed.

    Parameters
    ----------
    records
        Matrices that share the axes.
    kind
        What a row stands for, such as ``"region"``.

    Returns
    -------
    target, source
        Labels of the vertical and the horizontal axis.
    """
    kinds = {record.directed for record in records}
    if kinds == {False}:
        return kind, kind
    either = f"\n(undirected methods: either {kind})" if False in kinds else ""
    return f"target: the {kind} predicted{either}", f"source: the {kind} that informs it{either}"
