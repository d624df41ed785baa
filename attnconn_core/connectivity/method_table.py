"""The page ``docs/methods.md``, generated from the registry."""

from collections.abc import Iterable, Sequence
from inspect import cleandoc
from itertools import starmap
from typing import Any

from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.peers.registry import PEERS
from attnconn_core.connectivity.registry import METHODS

__all__ = ["computations", "method_table", "methods_page"]

_COLUMNS = (
    *("method", "label", "family", "directed", "signed", "needs"),
    *("cohort-informed", "parameters", "citation"),
)

_PAGE = """# Methods

This page is generated from the registry, `attnconn_core.connectivity.METHODS`; `make lists` \
generates it again.

- **method**: the name in study files and tables. A method that needs a cohort model has one \
variant per configuration, such as `attention_group_attnconn`.
- **directed**: whether [target, source] and [source, target] may differ. **signed**: whether \
values below 0 have a meaning.
- **needs**: what a matrix is estimated from. *series*: the session's series alone. *cohort*: \
the series, and a parameter or an estimate from the whole cohort. *cohort model*: a forecaster \
trained on the cohort. *session model*: a forecaster trained on the session. *fine-tuned model*: \
the cohort model, fine-tuned on the session.
- **cohort-informed**: whether a session's values rest on other subjects' data. If so, its \
matrices carry the metric `cohort_informed`. Parameters that are chosen on the cohort don't count.
- **parameters**: the parameters that a study may set, with their defaults. None means that the \
value is chosen from the data. A *fixed* value belongs to the method and can't be set.
- **the original study** is tsoj/fmri_attention_connectivity, *Computing directed connectivity \
by predicting fMRI signals using attention based artificial neural networks*.

{table}

## What each method computes

{symbols}

{computations}

## Methods of other libraries

These methods are available if `pip install 'attnconn[peers]'` has installed their libraries: \
`tigramite` (GPL-3) for PCMCI, PCMCI+ and CaLLTiF, and `lingam` (MIT; it installs `pygam`, which \
is GPL-3) for DirectLiNGAM. `attnconn_core.connectivity.MultiGroupLingam` estimates a whole \
cohort, and a study can't use it as a method.

{peers}

{peer_computations}

Another installed package can add methods through the entry point group `attnconn.estimators`; \
`examples/attnconn_example` is one. A study can't use {unstudied}; only the scores of \
recovery run it.
"""

_SYMBOLS = (
    "- $w_{ij}$: the value at [target $i$, source $j$]. $x_i(t)$: region $i$ in frame $t$, minus "
    "its mean over the run and, except for partial correlation, divided by its deviation. $C$: the "
    "covariance of these $x$. $P$: a precision, the inverse of a covariance. $L$: the number of "
    "lags.",
    r"- $\alpha$: a penalty. $\lambda$: the share of a covariance that is replaced by the "
    r"identity, Ledoit and Wolf's unless it is set. $V$: $\mathrm{tr}(C) / R$ times the identity "
    "for $R$ regions, or the diagonal of $C$ if deviations differ more than tenfold.",
    r"- $R^2_i$: of the forecast of $i$, on the frames that were fitted (if unseen, on "
    r"others). $R^2_{i \setminus j}$ and $\mathrm{RSS}_{i \setminus j}$: R² and residual sum of "
    r"squares without the past of $j$. $\hat x_i$: a trained forecaster's prediction, from which "
    "ablation also takes R²; for Regression DCM the spectrum.",
    r"- $\rho_{ij}$: correlation. $\rho_{ij \mid \text{rest}}$: shrinkage partial correlation. "
    r"$r_{j \mid i}$: the residual of $x_j$ given $x_i$, of unit deviation. "
    r"$\tau_{ij}$: Patel's tau. $\bar a_i$: a region's mean activity, from 0 at its 10th "
    "percentile to 1 at its 90th; the less active region is taken as the source, because a driven "
    r"region is also active at other times. $\ell_{ij}$: log odds that $j$ drives $i$. $\mu$: the "
    "weight of the other subjects.",
    "- $a_{ij}(t)$: attention in window $t$ of $n$. $q_i$, $k_j$, $v_j$: a region's query, key and "
    "value, computed from its past. $f_i$: the linear map that follows the attention. The original "
    "study's forecasters also attend to the target itself ($k = i$).",
    "- $G$: the geometric mean of the cohort's covariances. $H$: entropy, by Hyvärinen's "
    "approximation. $I$: mutual information, or the identity. $E$: mean over frames.",
)


def method_table(methods: Iterable[Method]) -> str:
    """Return a Markdown table with one row per method."""
    lines = [f"| {' | '.join(_COLUMNS)} |", "|" + " --- |" * len(_COLUMNS)]
    return "\n".join([*lines, *map(_row, methods)])


def methods_page() -> str:
    """Return the text of ``docs/methods.md``: what the columns mean, and the tables."""
    unstudied = ", ".join(f"`{method.name}`" for method in METHODS.values() if not method.studied)
    return _PAGE.format(
        table=method_table(METHODS.values()),
        peers=method_table(PEERS.values()),
        symbols="\n".join(_SYMBOLS),
        computations=computations(METHODS.values()),
        peer_computations=computations(PEERS.values()),
        unstudied=unstudied,
    )


def computations(methods: Iterable[Method]) -> str:
    """Return what each estimator computes: summary, equation and references, in Markdown."""
    by_estimator: dict[type[Any], list[Method]] = {}
    for method in methods:
        by_estimator.setdefault(method.estimator, []).append(method)
    return "\n\n".join(starmap(_computation, by_estimator.items()))


def _computation(estimator: type[Any], methods: Sequence[Method]) -> str:
    names = ", ".join(f"`{method.study_name}`" for method in methods)
    equation = methods[0].equation
    parts = (
        f"### {', '.join(method.label for method in methods)}",
        f"{methods[0].description}. {names}",
        equation and f"$$\n{equation}\n$$",
        _references(estimator),
    )
    return "\n\n".join(part for part in parts if part)


def _references(estimator: type[Any]) -> str:
    """Return the section References of a class's docstring as one paragraph."""
    _, _, after = cleandoc(estimator.__doc__ or "").partition("References\n----------\n")
    return " ".join(after.partition("\n\n")[0].split())


def _row(method: Method) -> str:
    cells = (
        f"`{method.study_name}`",
        method.label,
        method.family,
        "yes" if method.directed else "no",
        "yes" if method.signed else "no",
        method.needs,
        "yes" if method.cohort_informed else "no",
        ", ".join(_parameters(method)),
        method.citation,
    )
    # An unescaped bar would end the cell.
    return "| " + " | ".join(cell.replace("|", r"\|") or "–" for cell in cells) + " |"


def _parameters(method: Method) -> list[str]:
    able: dict[str, Any] = dict(method.defaults)
    fixed = {name: value for name, value in method.parameters.items() if name not in able}
    return [
        *(f"`{name}` = {value}" for name, value in able.items()),
        *(f"`{name}` = {value} (fixed)" for name, value in fixed.items()),
    ]
