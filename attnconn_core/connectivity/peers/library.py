"""The libraries behind the methods of the extra, and what to do where one is missing."""

import warnings
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from attnconn_core.errors import ParameterError

__all__ = ["EXTRA", "is_installed", "require"]

#: What installs them all.
EXTRA = "pip install 'attnconn[peers]'"


def is_installed(library: str) -> bool:
    """Return whether a library can be imported, without importing it."""
    return find_spec(library) is not None


def require(library: str, method: str, module: str | None = None) -> ModuleType:
    """Import a module of a library for a method; by default the library itself.

    Raises
    ------
    ParameterError
        Naming the extra, if the library isn't installed.
    """
    if not is_installed(library):
        raise ParameterError(f"method {method} needs the library {library}: {EXTRA}")
    with warnings.catch_warnings():
        # pygam's, which lingam imports: Python warns of its code where it compiles it first.
        warnings.simplefilter("ignore", SyntaxWarning)
        return import_module(module or library)
