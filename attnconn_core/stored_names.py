"""Names of assets, partitions and files in the store."""

import re

from attnconn_core.errors import StoreError

__all__ = ["CONTENT", "WHOLE", "check_stored_name", "is_stored_name"]

WHOLE = "all"
"""The partition of an asset without partitions."""

CONTENT = re.compile(r"\.[0-9a-f]{12}\.")
"""Part of the names of an entry's files, but not of its manifest's."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,159}")


def is_stored_name(name: str) -> bool:
    """Return whether a name is valid for an asset, partition or file.

    Examples
    --------
    >>> is_stored_name("sub-01_ses-test"), is_stored_name("../x")
    (True, False)
    """
    return _NAME.fullmatch(name) is not None


def check_stored_name(name: str) -> str:
    """Return a name if it is valid in the store.

    Raises
    ------
    StoreError
        If it isn't: it could lead out of the store.
    """
    if not is_stored_name(name):
        raise StoreError(
            "a name in the store must be letters, digits, '.', '_' and '-', the first a letter "
            f"or digit; got {name!r}"
        )
    return name
