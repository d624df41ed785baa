"""Wording of messages: lists of a few of many names, and messages that many names share."""

import difflib
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

# Parts that differ between sessions although the cause is the same.
_FILE = re.compile(r"\S*(?:[/\\]|sub-)\S*?(?=[,;:.)]*(?:\s|$))")
_SESSION = re.compile(r"sub-[A-Za-z0-9-]+_ses-[A-Za-z0-9-]+")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,e+-]+\d+)*(?:, …)?")
_NUMBERS = re.compile(r"#(?:, #)+")
# For fewer names, each message is reported.
_MANY = 4
# Pydantic's names of the rules that require a list, or keys and values.
_LISTS = frozenset({"tuple_type", "list_type", "set_type", "frozen_set_type"})
_MAPPINGS = frozenset({"model_type", "model_attributes_type", "dataclass_type", "dict_type"})
# Words that YAML reads as plain text in a list.
_PLAIN = re.compile(r"\w[\w ,.*?+-]*")
_PLURAL = {"is": "are", "isn't": "aren't", "has": "have"}


def first_few(names: Sequence[object], shown: int) -> str:
    """Return the first of many names, followed by an ellipsis.

    Examples
    --------
    >>> first_few(["V1", "A1", "M1"], 2)
    'V1, A1, …'
    """
    return ", ".join(map(str, names[:shown])) + (", …" if len(names) > shown else "")


def few_and_more(names: Sequence[object], shown: int) -> str:
    """Return the first of many names, and the number of the others.

    Examples
    --------
    >>> few_and_more(["V1", "A1", "M1"], 2)
    'V1, A1 and 1 more'
    """
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(map(str, names[:shown])) + more


def shortened(message: str, most: int = 240) -> str:
    """Return a message cut between two words, for messages that are shown in full elsewhere.

    Examples
    --------
    >>> shortened("it has too few frames", 12)
    'it has too …'
    """
    if len(message) <= most:
        return message
    return f"{message[:most].rpartition(' ')[0].rstrip(',;:.')} …"


def meant(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a question that suggests the known name nearest to a word.

    Parameters
    ----------
    word
        A name that isn't known.
    known
        Names that are.
    otherwise
        Returned if none of them resembles the word.

    Examples
    --------
    >>> meant("grangr", ["pearson", "granger"])
    ': did you mean granger?'
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f": did you mean {near[0]}?" if near else otherwise


def number(value: float, digits: int) -> str:
    """Return a number with a true minus sign.

    Examples
    --------
    >>> number(-0.5, 2)
    '−0.50'
    """
    return f"{value:.{int(digits)}f}".replace("-", "−")


def rule_of(kind: str, message: str, given: object) -> str:
    """Return the rule that a study's value breaks, in YAML's terms if pydantic uses its own.

    Parameters
    ----------
    kind, message
        Pydantic's ``type`` and ``msg``.
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
    """Return a verb phrase in the plural if there are several names.

    Examples
    --------
    >>> agreeing(["a", "b"], "isn't read:")
    "aren't read:"
    """
    verb, _, rest = what.partition(" ")
    many = len(names) > 1
    return f"{_PLURAL.get(verb, verb) if many else verb}{' ' if rest else ''}{rest}"


class Alike(NamedTuple):
    """Names that share one message.

    Attributes
    ----------
    names
        Names in order.
    first
        Message of the first.
    same
        Whether the others' messages are exactly the same.
    """

    names: tuple[str, ...]
    first: str
    same: bool = True

    @property
    def message(self) -> str:
        """The first message; if others differ in details, it says so."""
        return self.first if self.same else f"{self.first} (the other {len(self.names) - 1} alike)"


def told_once(messages: Iterable[tuple[str, str]], *, whoever: bool = False) -> list[Alike]:
    """Group names that have the same message.

    Messages that differ only in details are grouped, too, if they are four or more. Details are
    numbers, and the names of files and of the session itself. The name of another session is no
    detail: "a copy of X" and "a copy of Y" are different messages.

    Parameters
    ----------
    messages
        Name and message.
    whoever
        Whether names of other sessions are details, too. This is for messages that begin with
        their own session and then list others that failed.

    Examples
    --------
    >>> [alike.names for alike in told_once([("a", "cut"), ("b", "empty"), ("c", "cut")])]
    [('a', 'c'), ('b',)]
    >>> told_once((f"sub-{n}", f"/scans/sub-{n}.csv: {n} is no time") for n in range(4))[0].message
    '/scans/sub-0.csv: 0 is no time (the other 3 alike)'
    """
    kinds: dict[str, dict[str, list[str]]] = {}
    for name, message in messages:
        kinds.setdefault(_kind("" if whoever else name, message), {}).setdefault(
            message, []
        ).append(name)
    groups = []
    for same in kinds.values():
        names = tuple(name for group in same.values() for name in group)
        if len(same) > 1 and len(names) >= _MANY:
            groups.append(Alike(names, next(iter(same)), same=False))
        else:
            groups += [Alike(tuple(group), message) for message, group in same.items()]
    return groups


def _kind(name: str, message: str) -> str:
    def without_own(match: re.Match[str]) -> str:
        word = match[0]
        other = _SESSION.search(word) if not re.search(r"[/\\]", word) else None
        return f"<{other[0]}>" if other and name and other[0] not in name else "<file>"

    parts = re.split(r"(<[^<>]*>)", _FILE.sub(without_own, message))
    return "".join(
        part if part.startswith("<") else _NUMBERS.sub("#", _NUMBER.sub("#", part))
        for part in parts
    )
