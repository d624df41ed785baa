"""How messages name a few of many, and say once what is the matter with many."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = [
    "Alike",
    "agreeing",
    "few_and_more",
    "first_few",
    "number",
    "rule_of",
    "shortened",
    "told_once",
]

# What differs from session to session where the cause is the same.
_FILE = re.compile(r"\S*(?:[/\\]|sub-)\S*?(?=[,;:.)]*(?:\s|$))")
_SESSION = re.compile(r"sub-[A-Za-z0-9-]+_ses-[A-Za-z0-9-]+")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,e+-]+\d+)*(?:, …)?")
_NUMBERS = re.compile(r"#(?:, #)+")
# Of fewer, everyone's own message is said.
_MANY = 4
# Pydantic's names of the rules that ask for a list, or for keys and values.
_LISTS = frozenset({"tuple_type", "list_type", "set_type", "frozen_set_type"})
_MAPPINGS = frozenset({"model_type", "model_attributes_type", "dataclass_type", "dict_type"})
# Words that YAML reads as such in a list.
_PLAIN = re.compile(r"\w[\w ,.*?+-]*")
_PLURAL = {"is": "are", "isn't": "aren't", "has": "have"}


def first_few(names: Sequence[object], shown: int) -> str:
    """Name the first of many.

    Examples
    --------
    >>> first_few(["V1", "A1", "M1"], 2)
    'V1, A1, …'
    """
    return ", ".join(map(str, names[:shown])) + (", …" if len(names) > shown else "")


def few_and_more(names: Sequence[object], shown: int) -> str:
    """Name the first of many, and say how many more there are.

    Examples
    --------
    >>> few_and_more(["V1", "A1", "M1"], 2)
    'V1, A1 and 1 more'
    """
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(map(str, names[:shown])) + more


def shortened(message: str, most: int = 240) -> str:
    """Cut a message that is said in full elsewhere, between two words.

    Examples
    --------
    >>> shortened("it has too few frames", 12)
    'it has too …'
    """
    if len(message) <= most:
        return message
    return f"{message[:most].rpartition(' ')[0].rstrip(',;:.')} …"


def number(value: float, digits: int) -> str:
    """Write a number with a true minus sign.

    Examples
    --------
    >>> number(-0.5, 2)
    '−0.50'
    """
    return f"{value:.{int(digits)}f}".replace("-", "−")


def rule_of(kind: str, message: str, given: object) -> str:
    """Say the rule that a value of a study breaks, in the words of YAML where pydantic has its own.

    Parameters
    ----------
    kind, message
        What pydantic says of it: ``type`` and ``msg``.
    given
        The value.

    Examples
    --------
    >>> rule_of("tuple_type", "Input should be a valid tuple", "IQ")
    'must be a list, such as [IQ]'
    """
    if kind in _LISTS:
        word = str(given)
        if isinstance(given, str) and not _PLAIN.fullmatch(word):
            word = repr(given)
        one = isinstance(given, str | int | float) and word and not isinstance(given, bool)
        return f"must be a list, such as [{word if one else 'a, b'}]"
    if kind in _MAPPINGS:
        return "must hold keys and values"
    if kind == "path_type":
        return "must be the path of a file or folder"
    return message.replace("Tuple should have", "must have", 1)


def agreeing(names: Sequence[object], what: str) -> str:
    """Put what is said of one into the plural if it is said of many.

    Examples
    --------
    >>> agreeing(["a", "b"], "isn't read:")
    "aren't read:"
    """
    verb, _, rest = what.partition(" ")
    many = len(names) > 1
    return f"{_PLURAL.get(verb, verb) if many else verb}{' ' if rest else ''}{rest}"


class Alike(NamedTuple):
    """Whom one message is of.

    Attributes
    ----------
    names
        In order.
    first
        The message of the first.
    same
        Whether the others' is the same, letter by letter.
    """

    names: tuple[str, ...]
    first: str
    same: bool = True

    @property
    def message(self) -> str:
        """The first's message; where others differ in details, it says so."""
        return self.first if self.same else f"{self.first} (the other {len(self.names) - 1} alike)"


def told_once(messages: Iterable[tuple[str, str]], *, whoever: bool = False) -> list[Alike]:
    """Group names whose messages are the same, or four and more that differ in details alone.

    Details are the names of files and of the session itself, and numbers. Other sessions that a
    message names are none: whose copy a scan is, differs.

    Parameters
    ----------
    messages
        Name and message.
    whoever
        Whether the other sessions are details, too: where messages list those that failed, each
        beginning with its own.

    Examples
    --------
    >>> [each.names for each in told_once([("a", "cut"), ("b", "empty"), ("c", "cut")])]
    [('a', 'c'), ('b',)]
    >>> told_once((f"sub-{n}", f"/scans/sub-{n}.csv: {n} is no time") for n in range(4))[0].message
    '/scans/sub-0.csv: 0 is no time (the other 3 alike)'
    """
    kinds: dict[str, dict[str, list[str]]] = {}
    for name, message in messages:
        kinds.setdefault(_kind("" if whoever else name, message), {}).setdefault(
            message, []
        ).append(name)
    found = []
    for same in kinds.values():
        names = tuple(name for each in same.values() for name in each)
        if len(same) > 1 and len(names) >= _MANY:
            found.append(Alike(names, next(iter(same)), same=False))
        else:
            found += [Alike(tuple(each), message) for message, each in same.items()]
    return found


def _kind(name: str, message: str) -> str:
    def without_own(found: re.Match[str]) -> str:
        word = found[0]
        other = _SESSION.search(word) if not re.search(r"[/\\]", word) else None
        return f"<{other[0]}>" if other and name and other[0] not in name else "<file>"

    parts = re.split(r"(<[^<>]*>)", _FILE.sub(without_own, message))
    return "".join(
        part if part.startswith("<") else _NUMBERS.sub("#", _NUMBER.sub("#", part))
        for part in parts
    )
