"""Modules that need the libraries of an extra, imported where something first needs them."""

from importlib import import_module
from types import ModuleType

from attnconn_core.errors import ParameterError

__all__ = ["import_extra"]


def import_extra(module: str, extra: str, what: str) -> ModuleType:
    """Import a module that may not be there, as its libraries come with an extra.

    Parameters
    ----------
    module
        The library, or a module of ours that imports it.
    extra
        What installs it, such as ``"torch"``.
    what
        What needs it, for the error.

    Raises
    ------
    ParameterError
        Naming the library and the extra, if a library isn't installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("attnconn"):
            raise
        raise ParameterError(
            f"{what} needs {error.name}, which isn't installed: pip install 'attnconn[{extra}]'"
        ) from error
