"""Scores of other installed packages, loaded by their entry points."""

from collections.abc import Mapping
from inspect import isclass
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.plugins import installed
from attnconn_core.scoring.score import READS

__all__ = ["ENTRY_POINTS", "installed_scores"]

#: The group of entry points for scores.
ENTRY_POINTS = "attnconn.scores"

_SAYS = ("name", "label", "description")


def installed_scores(taken: Mapping[str, object]) -> dict[str, type[Any]]:
    """Return every installed package's scores by name.

    An entry point of the group ``attnconn.scores`` has the score's name and refers to its
    class, a dataclass as described by `attnconn_core.scoring.score.Score`.

    Parameters
    ----------
    taken
        Names of existing scores.

    Raises
    ------
    ParameterError
        If a score can't be imported, isn't a score or has a name that is taken; the message
        names the package.
    """
    return installed(ENTRY_POINTS, "score", taken, _check)


def _check(name: str, score: Any) -> None:
    if not isclass(score) or not callable(getattr(score, "score", None)):
        raise ParameterError(f"must be a class with score(data); got {score!r}")
    parameters = getattr(score, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        raise ParameterError(
            f"must be a frozen dataclass, whose fields are its settings; got {score!r}"
        )
    for trait in _SAYS:
        said = getattr(score, trait, None)
        if not isinstance(said, str) or not said:
            raise ParameterError(f"its class must say {trait}, a text; got {said!r}")
    reads = getattr(score, "reads", None)
    if not isinstance(reads, frozenset) or not reads <= READS:
        raise ParameterError(
            f"its class must say reads, a frozenset of {', '.join(sorted(READS))}; got {reads!r}"
        )
    said = getattr(score, "name", None)
    if said != name:
        raise ParameterError(f"must have the name that its class gives as `name`, {said!r}")
