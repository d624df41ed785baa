"""The registry of methods: an entry per method, in the order in which they are shown.

Study validation, assets, figures, colours, the report and ``docs/methods.md`` derive from
it. A method with its own estimator is added by the estimator's file and an entry here.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from attnconn_core.connectivity.ablation import Ablation
from attnconn_core.connectivity.attention import Attention
from attnconn_core.connectivity.directed import Directed
from attnconn_core.connectivity.granger import Granger
from attnconn_core.connectivity.granger_log_ratio import GrangerLogRatio
from attnconn_core.connectivity.granger_own_past_free import GrangerOwnPastFree
from attnconn_core.connectivity.graphical_lasso import GraphicalLasso
from attnconn_core.connectivity.lagged_correlation import LaggedCorrelation
from attnconn_core.connectivity.likelihood_ratio import LikelihoodRatio
from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.oriented_partial import OrientedPartial
from attnconn_core.connectivity.partial import Partial
from attnconn_core.connectivity.patel import PatelTau
from attnconn_core.connectivity.pearson import Pearson
from attnconn_core.connectivity.plugins import installed_methods
from attnconn_core.connectivity.sensitivity import Sensitivity
from attnconn_core.connectivity.shrinkage_partial import ShrinkagePartial
from attnconn_core.connectivity.tangent import Tangent
from attnconn_core.connectivity.transfer_entropy import TransferEntropy

__all__ = ["ESTIMATORS", "METHODS", "READY", "configured", "estimators", "methods"]

_ORIGINAL = "the original study"

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
    ),
    Method(
        "tangent",
        "Tangent",
        "correlation",
        Tangent,
        needs="cohort",
        settable=(),
        citation="Varoquaux 2010",
    ),
    Method(
        "granger",
        "Granger (ridge)",
        "granger",
        Granger,
        needs="cohort",
        settable=("lags", "alpha"),
        citation=f"Granger 1969; {_ORIGINAL}",
    ),
    Method("granger_own_past_free", "Granger (own past free)", "granger", GrangerOwnPastFree),
    Method(
        "granger_own_past_free_validated",
        "Granger (own past free, unseen)",
        "granger",
        GrangerOwnPastFree,
        parameters={"judged_on": "validation"},
        settable=("lags", "alpha", "validation_fraction"),
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
    Method("oriented_partial", "Partial × (1 + tau)", "direction", OrientedPartial),
    Method("directed", "Directed", "direction", Directed),
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
        "attention_finetuned",
        "Attention (fine-tuned)",
        "attention",
        Attention,
        needs="own model",
        settable=(),
        citation=_ORIGINAL,
    ),
    Method(
        "attention_subject",
        "Attention (subject)",
        "attention",
        Attention,
        needs="own model",
        settable=(),
        citation=_ORIGINAL,
    ),
    Method(
        "attention_published",
        "Attention (published model)",
        "attention",
        Attention,
        needs="own model",
        settable=(),
        citation=_ORIGINAL,
        studied=False,
    ),
)

#: Name → method: those of this package, in the order in which they are shown.
METHODS: Mapping[str, Method] = MappingProxyType({each.name: each for each in _BUILT_IN})

#: Names of the methods that need nothing but a series.
READY: tuple[str, ...] = tuple(each.name for each in _BUILT_IN if each.needs == "series")

#: An estimator's own name → its class; a class that several methods use stands here once.
ESTIMATORS: Mapping[str, type[Any]] = MappingProxyType(
    {each.estimator.method: each.estimator for each in _BUILT_IN}
)


@cache
def methods() -> Mapping[str, Method]:
    """Return `METHODS`, then what other installed packages bring.

    Raises
    ------
    ParameterError
        If a package's estimator can't be used; see `installed_methods`.
    """
    return MappingProxyType({**METHODS, **installed_methods(METHODS)})


def configured(configurations: Iterable[str]) -> Mapping[str, Method]:
    """Return every method, those that need a cohort model once per configuration.

    Parameters
    ----------
    configurations
        Names of the cohort models' configurations, such as ``"base"``.

    Raises
    ------
    ParameterError
        As `methods` does.
    """
    names = tuple(configurations)
    every = (
        each
        for method in methods().values()
        for each in (map(method.of, names) if method.needs == "cohort model" else (method,))
    )
    return MappingProxyType({each.name: each for each in every})


def estimators() -> Mapping[str, type[Any]]:
    """Return `ESTIMATORS`, then the classes that other installed packages bring.

    Raises
    ------
    ParameterError
        As `methods` does.
    """
    return MappingProxyType({each.estimator.method: each.estimator for each in methods().values()})
