"""The settings that a body may read: only those that its spec declares."""

from collections.abc import Iterator, Mapping
from typing import Any

from attnconn_core.errors import UndeclaredError

__all__ = ["DeclaredSettings"]


class DeclaredSettings(Mapping[str, Any]):
    """A mapping of settings that raises an error for undeclared ones.

    An undeclared setting isn't in the recipe, so a change of it wouldn't make results stale.
    """

    def __init__(self, asset: str, declared: Mapping[str, Any]) -> None:
        self._asset, self._declared = asset, declared

    def __getitem__(self, name: str) -> Any:
        if name not in self._declared:
            raise UndeclaredError(
                f"{self._asset} reads the setting {name!r}, which its spec does not declare; "
                f"it declares {', '.join(self._declared) or 'none'}"
            )
        return self._declared[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)
