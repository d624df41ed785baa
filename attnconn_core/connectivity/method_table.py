"""The page ``docs/methods.md``, generated from the registry."""

from collections.abc import Iterable
from typing import Any

from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.peers.registry import PEERS
from attnconn_core.connectivity.registry import METHODS

__all__ = ["method_table", "methods_page"]

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

## Methods of other libraries

These methods are available if `pip install 'attnconn[peers]'` has installed their libraries: \
`tigramite` (GPL-3) for PCMCI, PCMCI+ and CaLLTiF, and `lingam` (MIT; it installs `pygam`, which \
is GPL-3) for DirectLiNGAM. `attnconn_core.connectivity.MultiGroupLingam` estimates a whole \
cohort, and a study can't use it as a method.

{peers}

Another installed package can add methods through the entry point group `attnconn.estimators`; \
`examples/attnconn_example` is one. A study can't use {unstudied}; only the scores of \
recovery run it.
"""


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
        unstudied=unstudied,
    )


def _row(method: Method) -> str:
    cells = (
        f"`{method.name}{'_<configuration>' if method.needs == 'cohort model' else ''}`",
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
