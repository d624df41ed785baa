"""The literature that methods and scores cite, as BibTeX."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

__all__ = ["bibtex", "reference_keys"]

_FILE = Path(__file__).with_name("references.bib")
_ORIGINAL = "the original study"
_KEY = re.compile(r"@\w+\{(\w+),")


def reference_keys(citation: str) -> tuple[str, ...]:
    """Return the BibTeX keys of a citation, as methods have it.

    Parameters
    ----------
    citation
        Authors and years, such as ``"Dahlhaus 2000; Ledoit & Wolf 2004"``; may be empty.

    Examples
    --------
    >>> reference_keys("Frässle 2017, 2021; the original study")
    ('frassle2017', 'frassle2021', 'original')
    """
    keys = []
    for part in filter(None, (part.strip() for part in citation.split(";"))):
        if part == _ORIGINAL:
            keys.append("original")
            continue
        letters = unicodedata.normalize("NFKD", part.split(maxsplit=1)[0])
        author = "".join(filter(str.isalpha, letters)).lower()
        keys += [f"{author}{year}" for year in re.findall(r"\d{4}", part)]
    return tuple(keys)


def bibtex(keys: Iterable[str]) -> str:
    """Return entries of the literature as BibTeX, each once, in alphabetical order.

    Parameters
    ----------
    keys
        From `reference_keys`; those of other packages' methods, which aren't known here, are left
        out.

    Examples
    --------
    >>> bibtex(["biswal1995"]).splitlines()[0]
    '@article{biswal1995,'
    """
    entries = _entries()
    return "\n\n".join(entries[key] for key in sorted(set(keys)) if key in entries)


@cache
def _entries() -> Mapping[str, str]:
    """Return key → entry of the file."""
    parts = _FILE.read_text(encoding="utf-8").strip().split("\n\n")
    return {found[1]: part.strip() for part in parts if (found := _KEY.match(part))}
