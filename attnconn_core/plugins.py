"""Entry points of other installed packages."""

from collections.abc import Callable, Container
from importlib.metadata import entry_points
from typing import Any

from attnconn_core.errors import ParameterError

__all__ = ["installed"]


def installed(
    group: str, what: str, taken: Container[str], check: Callable[[str, Any], object]
) -> dict[str, Any]:
    """Load every entry point of a group, in the order of their names.

    Parameters
    ----------
    group
        Name of the group, such as ``"attnconn.estimators"``.
    what
        Noun for one of them in errors, such as ``"method"``.
    taken
        Names that no package may use.
    check
        Called with the entry point's name and its object; raises ParameterError,
        without naming either, if the object can't be used.
        without naming either, if that can't be used.

    Returns
    -------
    Entry point's name → its object.

    Raises
    ------
    ParameterError
        If a name is taken, or an entry point can't be imported or fails `check`; the message
        names the entry point and its package.
    """
    found: dict[str, Any] = {}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        named = f"{what} {entry.name} of {_package(entry)}"
        if entry.name in taken or entry.name in found:
            raise ParameterError(f"{named}: there is a {what} of this name already")
        try:
            loaded = entry.load()
        except Exception as error:  # any error of the other package's code
            raise ParameterError(f"{named}: can't be imported: {error}") from error
        try:
            check(entry.name, loaded)
        except ParameterError as error:
            raise ParameterError(f"{named}: {error}") from error
        found[entry.name] = loaded
    return found


# Any: where the backport importlib_metadata is imported, entry points are of its class.
def _package(entry: Any) -> str:
    return str(entry.dist.name if entry.dist is not None else entry.value)
