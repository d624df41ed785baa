"""Entry points of other installed packages, and registries that hold them beside our own."""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from attnconn_core.errors import ParameterError
from attnconn_core.wording import meant

__all__ = ["Registry", "registry"]

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Names and what they stand for: this package's, then those of other packages.

    A package that is broken must not stop those who don't use it, so what it brings isn't
    listed; only who asks for it by name gets its error.

    Parameters
    ----------
    usable
        Name → what it stands for, in the order of display.
    unusable
        Name → why what another package brings under it can't be used.

    Examples
    --------
    >>> methods = Registry({"pearson": 1}, {"odd": "method odd of strange: can't be imported"})
    >>> list(methods)
    ['pearson']
    >>> methods["odd"]
    Traceback (most recent call last):
    attnconn_core.errors.ParameterError: method odd of strange: can't be imported
    """

    def __init__(self, usable: Mapping[str, T], unusable: Mapping[str, str]) -> None:
        self._usable = MappingProxyType(dict(usable))
        self.unusable: Mapping[str, str] = MappingProxyType(dict(unusable))

    def __getitem__(self, name: str) -> T:
        """Return what a name stands for; raise ParameterError if its package is broken."""
        if name in self.unusable:
            raise ParameterError(self.unusable[name])
        if name not in self._usable:
            raise KeyError(f"{name}{meant(str(name), self._usable)}")
        return self._usable[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of what can be used."""
        return iter(self._usable)

    def __reversed__(self) -> Iterator[str]:
        """Yield the names in reverse order."""
        return reversed(self._usable)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"

    def __len__(self) -> int:
        """Return the number of names that can be used."""
        return len(self._usable)


def registry(
    group: str,
    what: str,
    own: Mapping[str, T],
    check: Callable[[str, Any], T],
    *,
    reserved: frozenset[str] = frozenset(),
) -> Registry[T]:
    """Return this package's entries, then those of every installed package by name.

    Parameters
    ----------
    group
        Name of the group of entry points, such as ``"attnconn.estimators"``.
    what
        Noun for one of them in errors, such as ``"method"``.
    own
        This package's, by name.
    check
        Called with an entry point's name and its object; returns what the registry holds for
        it. Raises ParameterError, without the name or the object, if that can't be used.
    reserved
        Further names that no other package may use.

    Raises
    ------
    ParameterError
        If two packages use one name, which would be ambiguous; the message names the entry
        point and its package.
    """
    usable, unusable = dict(own), dict[str, str]()
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        name, named = entry.name, f"{what} {entry.name} of {_package(entry)}"
        if name in usable or name in unusable or name in reserved:
            raise ParameterError(
                f"{named}: there is a {what} of this name already. Rename the entry point, or "
                "uninstall that package: until then no study can be read"
            )
        try:
            usable[name] = check(name, _loaded(entry))
        except ParameterError as error:
            unusable[name] = f"{named}: {error}"
    return Registry(usable, unusable)


# Any: where the backport importlib_metadata is imported, entry points are of its class.
def _loaded(entry: Any) -> Any:
    try:
        return entry.load()
    except Exception as error:  # any error of the other package's code
        raise ParameterError(f"can't be imported: {error}") from error


def _package(entry: Any) -> str:
    return str(entry.dist.name if entry.dist is not None else entry.value)
