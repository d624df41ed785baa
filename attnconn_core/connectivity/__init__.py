"""Connectivity of one scan: one estimator a file, and the only list of methods.

Every estimator is a frozen dataclass with a `method` name, the traits `directed` and
`signed`, and ``estimate(series) -> Connectivity``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attnconn_core.connectivity.attention import Attention
from attnconn_core.connectivity.average import mean_connectivity
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.granger import Granger
from attnconn_core.connectivity.granger_order import GrangerOrder, choose_granger_order
from attnconn_core.connectivity.partial import Partial
from attnconn_core.connectivity.pearson import Pearson
from attnconn_core.connectivity.summary import summarise

__all__ = [
    "ESTIMATORS",
    "Attention",
    "Estimator",
    "Granger",
    "GrangerOrder",
    "Partial",
    "Pearson",
    "choose_granger_order",
    "mean_connectivity",
    "summarise",
]

#: Method name → estimator, in the order in which methods are shown.
ESTIMATORS: Mapping[str, type[Pearson] | type[Partial] | type[Granger] | type[Attention]] = (
    MappingProxyType(
        {estimator.method: estimator for estimator in (Pearson, Partial, Granger, Attention)}
    )
)
