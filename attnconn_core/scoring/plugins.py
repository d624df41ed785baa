"""Scores that other packages bring, by their entry points."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from inspect import isclass
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.score import READS

__all__ = ["ENTRY_POINTS", "installed_scores"]

#: The group that a package names its scores in.
ENTRY_POINTS = "attnconn.scores"

_SAYS = ("name", "label", "description")


def installed_scores(taken: Mapping[str, object]) -> dict[str, type[Any]]:
    """Find every installed package's scores, and load them.

    An entry point of the group ``attnconn.scores`` has the score's name and leads to its
    class, a dataclass as `attnconn_core.scoring.score.Score` describes it.

    Parameters
    ----------
    taken
        Names of scores that are there already.

    Raises
    ------
    ParameterError
        Naming the package, if a score can't be imported, isn't a score or has a name that
        is taken.
    """
    found: dict[str, type[Any]] = {}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        if entry.name in taken or entry.name in found:
            raise ParameterError(f"{_named(entry)}: there is a score of this name already")
        found[entry.name] = _loaded(entry)
    return found


# Any: where the backport importlib_metadata is imported, entry points are of its class.
def _loaded(entry: Any) -> type[Any]:
    try:
        score: Any = entry.load()
    except Exception as error:  # whatever the other package's code raises
        raise ParameterError(f"{_named(entry)}: can't be imported: {error}") from error
    problem = _problem(score)
    if problem:
        raise ParameterError(f"{_named(entry)}: {problem}")
    if score.name != entry.name:
        raise ParameterError(
            f"{_named(entry)}: its class says name {score.name!r}; the two must agree"
        )
    return score


def _problem(score: Any) -> str:
    """Say what keeps a class from being a score; empty if nothing does."""
    if not isclass(score) or not callable(getattr(score, "score", None)):
        return f"must be a class with score(data); got {score!r}"
    parameters = getattr(score, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        return f"must be a frozen dataclass, whose fields are its settings; got {score!r}"
    for trait in _SAYS:
        said = getattr(score, trait, None)
        if not isinstance(said, str) or not said:
            return f"its class must say {trait}, a text; got {said!r}"
    reads = getattr(score, "reads", None)
    if not isinstance(reads, frozenset) or not reads <= READS:
        return f"its class must say reads, a frozenset of {', '.join(sorted(READS))}; got {reads!r}"
    return ""


def _named(entry: Any) -> str:
    package = entry.dist.name if entry.dist is not None else entry.value
    return f"score {entry.name} of {package}"
