"""The registry of methods as text for a terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from itertools import groupby

from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.peers.registry import PEERS, missing_peer
from attnconn_core.connectivity.registry import methods
from attnconn_core.errors import ParameterError
from attnconn_core.wording import meant

__all__ = ["method_text", "methods_text"]

_WIDTH = 96


def methods_text() -> str:
    """Return every method by family: its name in study files, and what it is in one line."""
    every = [method for method in methods().values() if method.studied]
    families = dict.fromkeys(method.family for method in every)
    ordered = sorted(every, key=lambda method: list(families).index(method.family))
    width = max(len(method.study_name) for method in every)
    alike = Counter((method.description, method.needs) for method in every)
    lines = []
    for family, members in groupby(ordered, key=lambda method: method.family):
        lines.append(f"\n{family}")
        lines += [
            f"  {method.study_name:{width}}  "
            f"{_in_short(method, alike[method.description, method.needs] > 1)}"
            for method in members
        ]
    lacking = [str(missing_peer(name)) for name in PEERS if missing_peer(name)]
    lines += ["", *lacking, *methods().unusable.values()]
    return "\n".join(lines).strip()


def method_text(name: str) -> str:
    """Return what a method is, what it needs, its parameters with defaults, and its citation.

    Parameters
    ----------
    name
        Name of the method, without a configuration.

    Raises
    ------
    ParameterError
        If there is no method of this name, or its package can't be used.

    Examples
    --------
    >>> print(method_text("granger_log_ratio").splitlines()[0])
    granger_log_ratio: Granger (log-ratio)
    """
    method = methods().get(name)
    if method is None:
        raise ParameterError(missing_peer(name) or _unknown(name, list(methods())))
    traits = (
        "directed" if method.directed else "undirected",
        "values have a sign" if method.signed else "values have no sign",
    )
    facts = {
        "family": method.family,
        "values": ", ".join(traits),
        "needs": method.needs,
        "citation": method.citation or "–",
        "equation": method.equation or "–",
        "parameters": ", ".join(map(" = ".join, _parameters(method))) or "none",
        "in a study": f"methods: [{_in_a_study(method)}]",
    }
    about = cleandoc(method.estimator.__doc__ or "").partition("\n\n")[0]
    width = max(map(len, facts))
    return "\n".join(
        [
            f"{method.name}: {method.label}",
            textwrap.fill(" ".join(about.split()), _WIDTH),
            "",
            *(f"{what:{width}}  {fact}" for what, fact in facts.items()),
        ]
    )


def _parameters(method: Method) -> Iterator[tuple[str, str]]:
    for name, value in method.defaults.items():
        yield name, "chosen from the data" if value is None else str(value)


def _in_short(method: Method, is_variant: bool) -> str:
    label = f"{method.label}: " if is_variant else ""
    direction = "directed" if method.directed else "undirected"
    needs = "" if method.needs == "series" else f"; needs a {method.needs}"
    return f"{label}{method.description} ({direction}{needs})"


def _in_a_study(method: Method) -> str:
    given = [f"{key}: {value}" for key, value in method.defaults.items() if value is not None]
    return f"{{{method.study_name}: {{{', '.join(given)}}}}}" if given else method.study_name


def _unknown(name: str, known: Sequence[str]) -> str:
    hint = meant(name, known, "; `attnconn methods` lists them")
    return f"a method must be one of the {len(known)} that are installed; got {name}{hint}"
