"""The registry of methods: one entry per method, in the order in which they are shown.

Study validation, assets, figures, colours, the report and ``docs/methods.md`` derive from
it. To add a method with its own estimator, add the estimator's file and an entry here.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from attnconn_core.connectivity.ablation import Ablation
from attnconn_core.connectivity.attention import Attention
from attnconn_core.connectivity.attention_norm import AttentionNorm
from attnconn_core.connectivity.cohort_directed import CohortDirected
from attnconn_core.connectivity.directed import Directed
from attnconn_core.connectivity.granger import Granger
from attnconn_core.connectivity.granger_log_ratio import GrangerLogRatio
from attnconn_core.connectivity.granger_own_past_free import GrangerOwnPastFree
from attnconn_core.connectivity.graphical_lasso import GraphicalLasso
from attnconn_core.connectivity.lagged_correlation import LaggedCorrelation
from attnconn_core.connectivity.lagged_partial import LaggedPartial
from attnconn_core.connectivity.likelihood_ratio import LikelihoodRatio
from attnconn_core.connectivity.method import Method, Need
from attnconn_core.connectivity.mindy import Mindy
from attnconn_core.connectivity.oriented_partial import OrientedPartial
from attnconn_core.connectivity.partial import Partial
from attnconn_core.connectivity.partial_given_past import PartialGivenPast
from attnconn_core.connectivity.patel import PatelTau
from attnconn_core.connectivity.pearson import Pearson
from attnconn_core.connectivity.peers.registry import PEERS, available_peers
from attnconn_core.connectivity.penalty import Penalty
from attnconn_core.connectivity.plugins import ENTRY_POINTS, method_of_class
from attnconn_core.connectivity.rdcm import RegressionDCM
from attnconn_core.connectivity.sensitivity import Sensitivity
from attnconn_core.connectivity.shrinkage_partial import ShrinkagePartial
from attnconn_core.connectivity.tangent import Tangent
from attnconn_core.connectivity.transfer_entropy import TransferEntropy
from attnconn_core.connectivity.var_identification import VarIdentification
from attnconn_core.plugins import Registry, registry

__all__ = ["ESTIMATORS", "METHODS", "READY", "configured", "estimators", "methods"]

_ORIGINAL = "the original study"
_NORMS = "Kobayashi 2020"

# For series of unit deviation: from almost no shrinkage to full shrinkage in a one-minute scan.
_ALPHAS = (10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5)
_ALPHA = Penalty("alpha", _ALPHAS)

# Read-outs of a session's own models, besides attention.
_READ_OUTS: tuple[tuple[str, str, str, type[Any], str], ...] = (
    ("ablation", "Ablation", "ablation", Ablation, ""),
    ("sensitivity", "Sensitivity", "sensitivity", Sensitivity, ""),
    ("attention_norm", "Attention × norm", "attention norm", AttentionNorm, _NORMS),
)
_OF_A_SESSION: tuple[tuple[str, str, Need], ...] = (
    ("finetuned", "fine-tuned", "fine-tuned model"),
    ("subject", "subject", "session model"),
)

_BUILT_IN = (
    Method("pearson", "Pearson", "correlation", Pearson, citation="Biswal 1995"),
    Method(
        "partial",
        "Partial correlation",
        "partial correlation",
        Partial,
        citation="Marrelec 2006",
    ),
    Method(
        "shrinkage_partial",
        "Partial (Ledoit–Wolf)",
        "partial correlation",
        ShrinkagePartial,
        citation="Ledoit & Wolf 2004",
    ),
    Method(
        "graphical_lasso",
        "Partial (graphical lasso)",
        "partial correlation",
        GraphicalLasso,
        citation="Friedman 2008",
        penalty=Penalty("alpha", (0.02, 0.05, 0.1, 0.2, 0.4)),
    ),
    Method(
        "partial_given_past",
        "Partial, given the past",
        "partial correlation",
        PartialGivenPast,
        citation="Dahlhaus 2000; Ledoit & Wolf 2004",
    ),
    Method(
        "tangent",
        "Tangent",
        "correlation",
        Tangent,
        needs="cohort",
        settable=(),
        citation="Varoquaux 2010",
        cohort_informed=True,
    ),
    Method(
        "granger",
        "Granger (ridge)",
        "granger",
        Granger,
        needs="cohort",
        parameters={"units": "deviations"},
        settable=("lags", "alpha"),
        citation=f"Granger 1969; {_ORIGINAL}",
        penalty=Penalty("alpha", _ALPHAS, {"units": "deviations"}),
    ),
    Method(
        "granger_own_past_free",
        "Granger (own past free)",
        "granger",
        GrangerOwnPastFree,
        penalty=_ALPHA,
    ),
    Method(
        "granger_own_past_free_validated",
        "Granger (own past free, unseen)",
        "granger",
        GrangerOwnPastFree,
        parameters={"judged_on": "validation"},
        settable=("lags", "alpha", "validation_fraction"),
        penalty=_ALPHA,
    ),
    Method(
        "granger_log_ratio",
        "Granger (log-ratio)",
        "granger",
        GrangerLogRatio,
        citation="Geweke 1982",
    ),
    Method("lagged_correlation", "Lagged correlation", "lagged", LaggedCorrelation),
    Method(
        "transfer_entropy",
        "Transfer entropy",
        "lagged",
        TransferEntropy,
        citation="Schreiber 2000; Ince 2017",
    ),
    Method(
        "lagged_partial",
        "Lagged partial",
        "lagged",
        LaggedPartial,
        citation="Ledoit & Wolf 2004; Runge 2019",
    ),
    Method(
        "var_identification",
        "VAR (for identification)",
        "lagged",
        VarIdentification,
        citation="Ledoit & Wolf 2004",
        penalty=Penalty("shrinkage", (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)),
    ),
    Method("rdcm", "Regression DCM", "dynamics", RegressionDCM, citation="Frässle 2017, 2021"),
    Method("mindy", "MINDy", "dynamics", Mindy, citation="Singh 2020"),
    Method("patel_tau", "Patel's tau", "direction", PatelTau, citation="Patel 2006"),
    Method(
        "likelihood_ratio",
        "Likelihood ratio ({measure})",
        "direction",
        LikelihoodRatio,
        citation="Hyvärinen & Smith 2013",
    ),
    Method(
        "likelihood_ratio_skew",
        "Likelihood ratio (skew)",
        "direction",
        LikelihoodRatio,
        parameters={"measure": "skew"},
        settable=(),
        citation="Hyvärinen & Smith 2013",
    ),
    Method("oriented_partial", "Partial × (1 + tau)", "direction", OrientedPartial),
    Method(
        "likelihood_ratio_entropy",
        "Likelihood ratio (entropy)",
        "direction",
        LikelihoodRatio,
        parameters={"measure": "entropy"},
        settable=(),
        citation="Hyvärinen & Smith 2013",
    ),
    Method(
        "likelihood_ratio_entropy_rest",
        "Likelihood ratio (entropy, given the rest)",
        "direction",
        LikelihoodRatio,
        parameters={"measure": "entropy", "given": "rest"},
        settable=(),
        citation="Hyvärinen & Smith 2013",
    ),
    Method(
        "likelihood_ratio_innovations",
        "Likelihood ratio (tanh, innovations)",
        "direction",
        LikelihoodRatio,
        parameters={"innovations": True},
        settable=(),
        citation="Hyvärinen & Smith 2013",
    ),
    Method("directed", "Directed", "direction", Directed),
    Method(
        "directed_cohort",
        "Directed (with the cohort)",
        "direction",
        CohortDirected,
        needs="cohort",
        settable=(),
        cohort_informed=True,
    ),
    Method(
        "attention_group",
        "Attention (group)",
        "attention",
        Attention,
        needs="cohort model",
        settable=(),
        citation=_ORIGINAL,
    ),
    Method(
        "ablation_group",
        "Ablation (group)",
        "ablation",
        Ablation,
        needs="cohort model",
        settable=("max_windows",),
    ),
    Method(
        "sensitivity_group",
        "Sensitivity (group)",
        "sensitivity",
        Sensitivity,
        needs="cohort model",
        settable=("max_windows",),
    ),
    Method(
        "attention_norm_group",
        "Attention × norm (group)",
        "attention norm",
        AttentionNorm,
        needs="cohort model",
        settable=("max_windows",),
        citation=_NORMS,
    ),
    Method(
        "attention_finetuned",
        "Attention (fine-tuned)",
        "attention",
        Attention,
        needs="fine-tuned model",
        settable=(),
        citation=_ORIGINAL,
    ),
    Method(
        "attention_subject",
        "Attention (subject)",
        "attention",
        Attention,
        needs="session model",
        settable=(),
        citation=_ORIGINAL,
    ),
    Method(
        "attention_published",
        "Attention (original study)",
        "attention",
        Attention,
        needs="session model",
        settable=(),
        citation=_ORIGINAL,
        studied=False,
    ),
    *(
        Method(
            f"{name}_{kind}",
            f"{label} ({said})",
            family,
            estimator,
            needs=needs,
            settable=("max_windows",),
            citation=citation,
        )
        for kind, said, needs in _OF_A_SESSION
        for name, label, family, estimator, citation in _READ_OUTS
    ),
)

#: Name → method, for the methods of this package, in the order in which they are shown.
METHODS: Mapping[str, Method] = Registry({method.name: method for method in _BUILT_IN}, {})

#: Names of the methods that need only a series.
READY: tuple[str, ...] = tuple(method.name for method in _BUILT_IN if method.needs == "series")

#: An estimator's own name → its class; a class that several methods use is listed once.
ESTIMATORS: Mapping[str, type[Any]] = Registry(
    {method.estimator.method: method.estimator for method in _BUILT_IN}, {}
)


@cache
def methods() -> Registry[Method]:
    """Return `METHODS`, the installed methods of the extra, and those of other packages.

    Raises
    ------
    ParameterError
        If two packages use one name. A method of another package that can't be used isn't
        listed, and raises this error when it is looked up; see `Registry`.
    """
    own = {**METHODS, **available_peers()}
    return registry(ENTRY_POINTS, "method", own, method_of_class, reserved=frozenset(PEERS))


def configured(configurations: Iterable[str]) -> Mapping[str, Method]:
    """Return every method; those that need a cohort model appear once per configuration.

    Parameters
    ----------
    configurations
        Names of the cohort models' configurations, such as ``"base"``.

    Raises
    ------
    ParameterError
        As for `methods`.
    """
    names = tuple(configurations)
    every = (
        variant
        for method in methods().values()
        for variant in (map(method.of, names) if method.needs == "cohort model" else (method,))
    )
    return MappingProxyType({method.name: method for method in every})


def estimators() -> Mapping[str, type[Any]]:
    """Return `ESTIMATORS`, then the classes from other installed packages.

    Raises
    ------
    ParameterError
        As for `methods`.
    """
    return MappingProxyType(
        {method.estimator.method: method.estimator for method in methods().values()}
    )
