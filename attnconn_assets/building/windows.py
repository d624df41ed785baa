"""Windows: the number of consecutive frames that an asset needs, and the keys that set it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["LONGEST_RUN", "Window"]

LONGEST_RUN = "longest run of the shorter part"
"""Name of the fact of a time series that windows are compared with, in frames."""


@dataclass(frozen=True)
class Window:
    """The consecutive frames that an asset needs of a session.

    Attributes
    ----------
    frames
        Length of a window. The training part and the test part must each hold two windows in
        one run, because an R² needs two.
    keys
        Keys of the study or experiment that set the length.
    """

    frames: int
    keys: tuple[str, ...]

    def why_not(self, facts: Mapping[str, Any]) -> str:
        """Return why a session's time series is too short; empty if it isn't."""
        longest = facts.get(LONGEST_RUN)
        if longest is None or longest > self.frames:
            return ""
        return (
            f"the training part and the test part of a scan must each hold two windows of "
            f"{self.frames} frames in one run; the longest run of the shorter part has {longest}: "
            f"lower {' or '.join(self.keys)}, raise test_fraction, or use longer scans"
        )
