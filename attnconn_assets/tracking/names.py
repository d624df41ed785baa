"""Converts any name to a valid name of an MLflow metric or parameter."""

import hashlib
import re

__all__ = ["TakenNames"]

_LONGEST = 250
_DROPPED = re.compile(r"[(),]")
_REFUSED = re.compile(r"[^/\w.\- :]")
_STEPS = re.compile(r"\.{0,2}")  # not allowed between the slashes of a path


class TakenNames:
    """Converts names to valid MLflow names; different names stay different.

    MLflow allows letters, digits, ``_ - . :``, spaces, and slashes as in paths.

    Examples
    --------
    >>> names = TakenNames()
    >>> names.of("behaviour r, Body fat %/pearson")
    'behaviour r Body fat _/pearson'
    """

    def __init__(self) -> None:
        self._written: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the MLflow name of `name`, always the same one."""
        if name not in self._written:
            self._written[name] = self._free(_taken(name))
        return self._written[name]

    def _free(self, wanted: str) -> str:
        """Append a number to a name that is already in use."""
        name, number = wanted, 1
        while name in self._written.values():
            number += 1
            name = f"{wanted} {number}"
        return name


def _taken(name: str) -> str:
    plain = _REFUSED.sub("_", _DROPPED.sub("", name))
    plain = "/".join("_" if _STEPS.fullmatch(step) else step for step in plain.split("/"))
    if len(plain) > _LONGEST - 10:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        plain = f"{plain[: _LONGEST - 20]} {digest}"
    return plain
