"""What the values of a method are, for the axes and colour bars of figures."""

from attnconn_core.figures.method_styles import Styles

__all__ = ["quantity_of"]

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
