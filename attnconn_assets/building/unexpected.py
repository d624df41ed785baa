"""Messages of unexpected errors: those of another package's code name the line that raised them."""

import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from attnconn_core.errors import AttnconnError

__all__ = ["reason"]

_OWN = ("attnconn_core", "attnconn_assets")


def reason(error: Exception, modules: Iterable[str]) -> str:
    """Return why a partition failed.

    Parameters
    ----------
    error
        What was raised.
    modules
        Names of the modules that the asset calls. If the error was raised in the code of another
        package among them, the message names the file and the line.
    """
    if isinstance(error, AttnconnError):
        return str(error)
    message = f"{type(error).__name__}: {error}"
    packages = dict.fromkeys(name.partition(".")[0] for name in modules)
    folders = [place for name in packages if name not in _OWN for place in _places(name)]
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if any(Path(frame.filename).is_relative_to(place) for place in folders)
    ]
    if not frames:
        return message
    last = frames[-1]
    return (
        f"{message} (raised in {last.name}, {last.filename}:{last.lineno}; the run's page in "
        "Dagster has the traceback)"
    )


def _places(package: str) -> list[Path]:
    """Return the folders of a package, or the file of a module without a package."""
    module = sys.modules.get(package)
    if module is None:
        return []
    folders = [Path(folder) for folder in getattr(module, "__path__", ())]
    file = getattr(module, "__file__", None)
    return folders or ([Path(file)] if file else [])
