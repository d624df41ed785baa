"""The virtual environment that a command was started from."""

import sys
from pathlib import Path

from attnconn_core.errors import StudyError

__all__ = ["require_own_environment"]


def require_own_environment(script: str) -> None:
    """Refuse a command in a copied environment, which would run the code of the original.

    The first line of a script names the Python of the folder in which it was installed. In a copy
    of that folder, it still starts the original's Python, with the original's code.

    Parameters
    ----------
    script
        The started file, as in ``sys.argv[0]``.

    Raises
    ------
    StudyError
        If the script lies in another virtual environment than the running Python.
    """
    folder = Path(script).resolve().parent
    environment = folder.parent
    if not (environment / "pyvenv.cfg").is_file() or environment == Path(sys.prefix).resolve():
        return
    raise StudyError(
        f"{environment}: a command must run the code of its own folder, and this one runs that of "
        f"{sys.prefix}, from which it was copied. Make the environment anew: `make setup`, or "
        "remove it and install attnconn again"
    )
