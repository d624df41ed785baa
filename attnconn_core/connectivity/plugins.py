"""Methods from other installed packages, by entry point."""

from collections.abc import Container
from inspect import isclass
from typing import Any

from attnconn_core.connectivity.method import Method
from attnconn_core.errors import ParameterError
from attnconn_core.plugins import installed

__all__ = ["ENTRY_POINTS", "installed_methods"]

#: The entry point group of estimators.
ENTRY_POINTS = "attnconn.estimators"

_TRAITS = {"method": str, "directed": bool, "signed": bool}
_DESCRIBED = ("label", "family", "citation")


def installed_methods(taken: Container[str]) -> dict[str, Method]:
    """Return a method for every estimator of the installed packages.

    An entry point of the group ``attnconn.estimators`` is named after the method and points
    to its class. The class can be made without arguments, and has the class variables
    `method` (the same name), `directed` and `signed` and ``estimate(series)``. It may
    also have the class variables `label`, `family` and `citation`; by default the label
    is the name with spaces and the family is ``"other"``.

    Parameters
    ----------
    taken
        Names of methods that already exist.

    Raises
    ------
    ParameterError
        If an estimator can't be imported, lacks a trait or has a name that is taken. The
        message names the package.
    """
    return {
        name: Method(
            name,
            getattr(estimator, "label", name.replace("_", " ")),
            getattr(estimator, "family", "other"),
            estimator,
            citation=getattr(estimator, "citation", ""),
        )
        for name, estimator in installed(ENTRY_POINTS, "method", taken, _check).items()
    }


def _check(name: str, estimator: Any) -> None:
    if not isclass(estimator) or not callable(getattr(estimator, "estimate", None)):
        raise ParameterError(f"must be a class with estimate(series); got {estimator!r}")
    traits = _TRAITS | {each: str for each in _DESCRIBED if hasattr(estimator, each)}
    for trait, kind in traits.items():
        said = getattr(estimator, trait, None)
        if not isinstance(said, kind):
            raise ParameterError(f"its class must say {trait}, a {kind.__name__}; got {said!r}")
    method = getattr(estimator, "method", None)
    if method != name:
        raise ParameterError(f"must have the name that its class gives as `method`, {method!r}")
