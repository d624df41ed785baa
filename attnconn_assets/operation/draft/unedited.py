"""Recognises a draft that nobody has edited, so that `attnconn init` may write it again."""

import hashlib
import re

__all__ = ["is_unedited", "signed"]

_SIGNED = re.compile(
    r"# Draft ([0-9a-f]{12}); `attnconn init` replaces this file while nobody has edited it\.\n"
)


def signed(text: str) -> str:
    """Return a draft, which ends with a line break, with a last line that holds its hash.

    Examples
    --------
    >>> is_unedited(signed("")), is_unedited("")
    (True, False)
    """
    return (
        f"{text}# Draft {_hash(text)}; `attnconn init` replaces this file while nobody has edited "
        "it.\n"
    )


def is_unedited(text: str) -> bool:
    """Whether a text is a draft as `signed` returned it."""
    *_, last = text.splitlines(keepends=True) or [""]
    match = _SIGNED.fullmatch(last)
    return match is not None and match[1] == _hash(text.removesuffix(last))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
