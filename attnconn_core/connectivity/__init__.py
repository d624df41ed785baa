"""Connectivity of one scan: one estimator a file, and the only list of methods.

Every estimator is a frozen dataclass with a `method` name, the traits `directed` and
`signed`, and ``estimate(series) -> Connectivity``.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from attnconn_core.connectivity.ablation import Ablation
from attnconn_core.connectivity.attention import Attention
from attnconn_core.connectivity.average import mean_connectivity
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.granger import Granger
from attnconn_core.connectivity.granger_log_ratio import GrangerLogRatio, GrangerTest
from attnconn_core.connectivity.granger_order import GrangerOrder, choose_granger_order
from attnconn_core.connectivity.granger_own_past_free import (
    GrangerOwnPastFree,
    GrangerOwnPastFreeValidated,
)
from attnconn_core.connectivity.graphical_lasso import GraphicalLasso
from attnconn_core.connectivity.lagged_correlation import LaggedCorrelation
from attnconn_core.connectivity.likelihood_ratio import LikelihoodRatio, SkewLikelihoodRatio
from attnconn_core.connectivity.oriented_partial import OrientedPartial
from attnconn_core.connectivity.partial import Partial
from attnconn_core.connectivity.patel import PatelTau
from attnconn_core.connectivity.pearson import Pearson
from attnconn_core.connectivity.plugins import installed_estimators
from attnconn_core.connectivity.sensitivity import Sensitivity
from attnconn_core.connectivity.shrinkage_partial import ShrinkagePartial
from attnconn_core.connectivity.summary import summarise
from attnconn_core.connectivity.tangent import Tangent, geometric_mean
from attnconn_core.connectivity.transfer_entropy import TransferEntropy

__all__ = [
    "ESTIMATORS",
    "READY",
    "Ablation",
    "Attention",
    "Estimator",
    "Granger",
    "GrangerLogRatio",
    "GrangerOrder",
    "GrangerOwnPastFree",
    "GrangerOwnPastFreeValidated",
    "GrangerTest",
    "GraphicalLasso",
    "LaggedCorrelation",
    "LikelihoodRatio",
    "OrientedPartial",
    "Partial",
    "PatelTau",
    "Pearson",
    "Sensitivity",
    "ShrinkagePartial",
    "SkewLikelihoodRatio",
    "Tangent",
    "TransferEntropy",
    "choose_granger_order",
    "estimators",
    "geometric_mean",
    "installed_estimators",
    "mean_connectivity",
    "summarise",
]

_READY = (
    *(Pearson, Partial, ShrinkagePartial, GraphicalLasso),
    *(LaggedCorrelation, GrangerLogRatio),
    *(GrangerOwnPastFree, GrangerOwnPastFreeValidated, TransferEntropy),
    *(PatelTau, LikelihoodRatio, SkewLikelihoodRatio, OrientedPartial),
)
_NEED_A_GROUP = (Granger, Attention, Ablation, Sensitivity, Tangent)

#: Names of the estimators that need nothing but a series, in the order they are shown.
READY: tuple[str, ...] = tuple(each.method for each in _READY)

#: Method name → estimator: those that are ready, and those that a group must first set up
#: (an order, a trained network, a reference).
ESTIMATORS: Mapping[str, type[Any]] = MappingProxyType(
    {estimator.method: estimator for estimator in (*_READY, *_NEED_A_GROUP)}
)


@cache
def estimators() -> Mapping[str, type[Any]]:
    """Every method: `ESTIMATORS`, then what other installed packages bring.

    Raises
    ------
    ParameterError
        If a package's estimator can't be used; see `installed_estimators`.
    """
    return MappingProxyType({**ESTIMATORS, **installed_estimators(ESTIMATORS)})
