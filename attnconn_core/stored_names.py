"""Names in the store: of assets, partitions and files."""

import re

from attnconn_core.errors import StoreError

__all__ = ["CONTENT", "WHOLE", "check_stored_name", "is_stored_name"]

WHOLE = "all"
"""The partition of an asset that has none."""

CONTENT = re.compile(r"\.[0-9a-f]{12}\.")
"""In the name of an entry's file, but not of its manifest."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,159}")


def is_stored_name(name: str) -> bool:
    """Whether an asset, partition or file may be called so.

    Examples
    --------
    >>> is_stored_name("sub-01_ses-test"), is_stored_name("../x")
    (True, False)
    """
    return _NAME.fullmatch(name) is not None


def check_stored_name(name: str) -> str:
    """Return a name that may stand in the store.

    Raises
    ------
    StoreError
        If it may not: it could lead out of the store.
    """
    if not is_stored_name(name):
        raise StoreError(
            "a name in the store must be letters, digits, '.', '_' and '-', the first a letter "
            f"or digit; got {name!r}"
        )
    return name
