"""The settings that a body may read: those that its spec declares, and no others."""

from collections.abc import Iterator, Mapping
from typing import Any

from attnconn_core.errors import UndeclaredError

__all__ = ["DeclaredSettings"]


class DeclaredSettings(Mapping[str, Any]):
    """A mapping that refuses what isn't declared.

    A setting that a body reads and its recipe doesn't hold could change a number without
    making it stale.
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
