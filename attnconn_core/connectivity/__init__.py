"""Connectivity of one session: one estimator per file, and one registry of methods.

Every estimator is a frozen dataclass with a `method` name, the traits `directed` and
`signed`, and ``estimate(series) -> Connectivity``. A method is an estimator together with its
label, its parameters and what it needs. `METHODS` holds all methods.
"""

from attnconn_core.connectivity.ablation import Ablation
from attnconn_core.connectivity.attention import Attention
from attnconn_core.connectivity.attention_norm import AttentionNorm
from attnconn_core.connectivity.average import mean_connectivity
from attnconn_core.connectivity.cohort_directed import CohortDirected, DirectionSums
from attnconn_core.connectivity.directed import Directed, Direction
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.granger import Granger, PenaltyUnits
from attnconn_core.connectivity.granger_log_ratio import GrangerLogRatio, GrangerTest
from attnconn_core.connectivity.granger_order import GrangerOrder, choose_granger_order
from attnconn_core.connectivity.granger_own_past_free import GrangerOwnPastFree
from attnconn_core.connectivity.graphical_lasso import GraphicalLasso
from attnconn_core.connectivity.inversion import Inversion, few_dimensions, few_samples
from attnconn_core.connectivity.lagged_correlation import LaggedCorrelation
from attnconn_core.connectivity.lagged_partial import LaggedPartial
from attnconn_core.connectivity.likelihood_ratio import LikelihoodRatio
from attnconn_core.connectivity.link_test import LinkTest
from attnconn_core.connectivity.method import TRAINED, Method, Need
from attnconn_core.connectivity.method_table import method_table, methods_page
from attnconn_core.connectivity.mindy import Mindy
from attnconn_core.connectivity.oriented_partial import OrientedPartial
from attnconn_core.connectivity.partial import Partial
from attnconn_core.connectivity.partial_given_past import PartialGivenPast
from attnconn_core.connectivity.patel import PatelTau
from attnconn_core.connectivity.pearson import Pearson
from attnconn_core.connectivity.peers.multi_group_lingam import MultiGroupLingam
from attnconn_core.connectivity.peers.registry import PEERS, missing_peer
from attnconn_core.connectivity.rdcm import RegressionDCM
from attnconn_core.connectivity.registry import (
    ESTIMATORS,
    METHODS,
    READY,
    configured,
    estimators,
    methods,
)
from attnconn_core.connectivity.sensitivity import Sensitivity
from attnconn_core.connectivity.shrinkage_partial import ShrinkagePartial
from attnconn_core.connectivity.summary import summarise
from attnconn_core.connectivity.tangent import Tangent, geometric_mean
from attnconn_core.connectivity.transfer_entropy import TransferEntropy
from attnconn_core.connectivity.var_identification import VarIdentification

__all__ = [
    "ESTIMATORS",
    "METHODS",
    "PEERS",
    "READY",
    "TRAINED",
    "Ablation",
    "Attention",
    "AttentionNorm",
    "CohortDirected",
    "Directed",
    "Direction",
    "DirectionSums",
    "Estimator",
    "Granger",
    "GrangerLogRatio",
    "GrangerOrder",
    "GrangerOwnPastFree",
    "GrangerTest",
    "GraphicalLasso",
    "Inversion",
    "LaggedCorrelation",
    "LaggedPartial",
    "LikelihoodRatio",
    "LinkTest",
    "Method",
    "Mindy",
    "MultiGroupLingam",
    "Need",
    "OrientedPartial",
    "Partial",
    "PartialGivenPast",
    "PatelTau",
    "Pearson",
    "PenaltyUnits",
    "RegressionDCM",
    "Sensitivity",
    "ShrinkagePartial",
    "Tangent",
    "TransferEntropy",
    "VarIdentification",
    "choose_granger_order",
    "configured",
    "estimators",
    "few_dimensions",
    "few_samples",
    "geometric_mean",
    "mean_connectivity",
    "method_table",
    "methods",
    "methods_page",
    "missing_peer",
    "summarise",
]
