"""Modules that need the libraries of an extra, imported where something first needs them."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from attnconn_core.errors import ParameterError

__all__ = ["import_extra"]


def import_extra(module: str, extra: str, what: str, *, later: Iterable[str] = ()) -> ModuleType:
    """Import a module whose libraries come with an extra, so that it may not be there.

    Parameters
    ----------
    module
        The library, or a module of ours that imports it.
    extra
        What installs it, such as ``"torch"``.
    what
        What needs it, for the error.
    later
        Libraries that the module imports only when they are first used.

    Raises
    ------
    ParameterError
        Naming the library and the extra, if a library isn't installed.
    """
    for library in later:
        if find_spec(library) is None:
            raise _lacking(library, extra, what)
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("attnconn"):
            raise
        raise _lacking(error.name, extra, what) from error


def _lacking(library: str, extra: str, what: str) -> ParameterError:
    return ParameterError(
        f"{what} needs {library}, which isn't installed: pip install 'attnconn[{extra}]'"
    )
