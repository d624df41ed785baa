"""Scores of other installed packages, by entry point."""

from inspect import isclass
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.score import READS

__all__ = ["ENTRY_POINTS", "score_class"]

#: The group of entry points for scores.
ENTRY_POINTS = "attnconn.scores"

_TEXTS = ("name", "label", "description")


# Any: an entry point may refer to anything.
def score_class(name: str, score: Any) -> type[Any]:
    """Return the class of another package's score.

    An entry point of the group ``attnconn.scores`` has the score's name and refers to its
    class, a frozen dataclass as described by `attnconn_core.scoring.score.Score`.

    Parameters
    ----------
    name
        Name of the entry point.
    score
        What it refers to.

    Raises
    ------
    ParameterError
        If it isn't such a class.
    """
    if not isclass(score) or not callable(getattr(score, "score", None)):
        raise ParameterError(f"must be a class with score(data); got {score!r}")
    parameters = getattr(score, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        raise ParameterError(
            f"must be a frozen dataclass, whose fields are its settings; got {score!r}"
        )
    for trait in _TEXTS:
        value = getattr(score, trait, None)
        if not isinstance(value, str) or not value:
            raise ParameterError(f"its class must have {trait}, a text; got {value!r}")
    reads = getattr(score, "reads", None)
    if not isinstance(reads, frozenset) or not reads <= READS:
        raise ParameterError(
            f"its class must have reads, a frozenset of {', '.join(sorted(READS))}; got {reads!r}"
        )
    own_name = getattr(score, "name", None)
    if own_name != name:
        raise ParameterError(
            f"the entry point must have the name that its class has as `name`; "
            f"got {name!r} and {own_name!r}"
        )
    return score
