"""Methods from other installed packages, by entry point."""

from inspect import isclass, signature
from typing import Any

from attnconn_core.connectivity.method import Method
from attnconn_core.errors import ParameterError

__all__ = ["ENTRY_POINTS", "method_of_class"]

#: The entry point group of estimators.
ENTRY_POINTS = "attnconn.estimators"

_TRAITS = {"method": str, "directed": bool, "signed": bool}
_DESCRIBED = ("label", "family", "citation", "equation")


# Any: an entry point may refer to anything.
def method_of_class(name: str, estimator: Any) -> Method:
    """Return the method that an estimator of another package computes.

    An entry point of the group ``attnconn.estimators`` is named after the method and refers
    to its class. The class can be made without arguments, and has the class variables
    `method` (the same name), `directed` and `signed` and ``estimate(series)``. It may
    also have the class variables `label`, `family`, `citation` and `equation` (in LaTeX); by
    default the label is the name with spaces and the family is ``"other"``.

    Parameters
    ----------
    name
        Name of the entry point.
    estimator
        What it refers to.

    Raises
    ------
    ParameterError
        If it isn't such a class.
    """
    if not isclass(estimator) or not callable(getattr(estimator, "estimate", None)):
        raise ParameterError(f"must be a class with estimate(series); got {estimator!r}")
    traits = _TRAITS | {trait: str for trait in _DESCRIBED if hasattr(estimator, trait)}
    for trait, kind in traits.items():
        value = getattr(estimator, trait, None)
        if not isinstance(value, kind):
            raise ParameterError(
                f"must have {trait}, a class variable of type {kind.__name__}; got {value!r}"
            )
    method = getattr(estimator, "method", None)
    if method != name:
        raise ParameterError(
            f"the entry point must have the name that its class has as `method`; "
            f"got {name!r} and {method!r}"
        )
    _require_defaults(estimator)
    return Method(
        name,
        getattr(estimator, "label", name.replace("_", " ")),
        getattr(estimator, "family", "other"),
        estimator,
        citation=getattr(estimator, "citation", ""),
    )


def _require_defaults(estimator: type[Any]) -> None:
    """Raise ParameterError if a class has an argument without a default."""
    try:
        arguments = signature(estimator).parameters.values()
    except ValueError:  # a class in C without a signature
        return
    missing = [
        argument.name
        for argument in arguments
        if argument.default is argument.empty
        and argument.kind not in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD)
    ]
    if missing:
        raise ParameterError(
            f"every setting of its class needs a default, as {estimator.__name__}() must make one; "
            f"there is none for: {', '.join(missing)}"
        )
