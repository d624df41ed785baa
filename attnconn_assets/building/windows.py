"""Windows: how many frames in a row an asset needs, and which keys ask for so many."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["LONGEST_RUN", "Window"]

LONGEST_RUN = "longest run of the shorter part"
"""The fact of a time series that windows are held against, in frames."""


@dataclass(frozen=True)
class Window:
    """What an asset needs of a session's frames.

    Attributes
    ----------
    frames
        Consecutive frames that it needs at once. Both the training part and the test part
        must hold two such windows in a run: an R² needs two.
    keys
        The keys of the study or experiment that set it.
    """

    frames: int
    keys: tuple[str, ...]

    def why_not(self, facts: Mapping[str, Any]) -> str:
        """Say what a session's time series lacks; empty if it is long enough."""
        longest = facts.get(LONGEST_RUN)
        if longest is None or longest > self.frames:
            return ""
        return (
            f"the training part and the test part of a scan must each hold two windows of "
            f"{self.frames} frames in a run; the longest run of the shorter part has {longest}: "
            f"lower {' or '.join(self.keys)}, raise test_fraction, or use longer scans"
        )
