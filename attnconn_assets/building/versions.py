"""The versions of what a result was made with."""

import importlib.metadata
import platform

__all__ = ["versions"]


def versions() -> str:
    """Return the versions of attnconn, Python and the libraries that change numbers.

    Examples
    --------
    >>> versions().startswith("attnconn ")
    True
    """
    libraries = ("numpy", "scipy", "scikit-learn", "torch")
    named = {
        "attnconn": importlib.metadata.version("attnconn"),
        "Python": platform.python_version(),
    }
    named |= {library: importlib.metadata.version(library) for library in libraries}
    return ", ".join(f"{name} {version}" for name, version in named.items())
