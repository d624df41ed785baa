"""Estimators that other packages bring, by their entry points."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from inspect import isclass
from typing import Any

from attnconn_core.errors import ParameterError

__all__ = ["ENTRY_POINTS", "installed_estimators"]

#: The group that a package names its estimators in.
ENTRY_POINTS = "attnconn.estimators"

_TRAITS = {"method": str, "directed": bool, "signed": bool}


def installed_estimators(taken: Mapping[str, object]) -> dict[str, type[Any]]:
    """Find every installed package's estimators, and load them.

    An entry point of the group ``attnconn.estimators`` has the method's name and leads
    to its class, which can be made without arguments, and has the class variables
    `method` (the same name), `directed` and `signed` and ``estimate(series)``.

    Parameters
    ----------
    taken
        Names of methods that are there already.

    Raises
    ------
    ParameterError
        Naming the package, if an estimator can't be imported, lacks a trait or has a
        name that is taken.
    """
    found: dict[str, type[Any]] = {}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        if entry.name in taken or entry.name in found:
            raise ParameterError(f"{_named(entry)}: there is a method of this name already")
        found[entry.name] = _loaded(entry)
    return found


# Any: where the backport importlib_metadata is imported, entry points are of its class.
def _loaded(entry: Any) -> Any:
    try:
        estimator: Any = entry.load()
    except Exception as error:  # whatever the other package's code raises
        raise ParameterError(f"{_named(entry)}: can't be imported: {error}") from error
    if not isclass(estimator) or not callable(getattr(estimator, "estimate", None)):
        raise ParameterError(
            f"{_named(entry)}: must be a class with estimate(series); got {estimator!r}"
        )
    for trait, kind in _TRAITS.items():
        said = getattr(estimator, trait, None)
        if not isinstance(said, kind):
            raise ParameterError(
                f"{_named(entry)}: its class must say {trait}, a {kind.__name__}; got {said!r}"
            )
    method = getattr(estimator, "method", None)
    if method != entry.name:
        raise ParameterError(
            f"{_named(entry)}: its class says method {method!r}; the two must agree"
        )
    return estimator


def _named(entry: Any) -> str:
    package = entry.dist.name if entry.dist is not None else entry.value
    return f"estimator {entry.name} of {package}"
