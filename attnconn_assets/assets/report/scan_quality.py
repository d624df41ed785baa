"""The report's table of the quality of every session."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

__all__ = ["quality_table"]

_MOST = 200  # sessions on the page
#: Measure → heading and decimals, in the order of the columns; others aren't shown.
_MEASURES: Mapping[str, tuple[str, int]] = {
    "minutes": ("minutes", 1),
    "frames": ("frames", 0),
    "scrubbed_frames": ("frames scrubbed", 0),
    "unsteady_frames": ("unsteady frames", 0),
    "motion_mean": ("mean motion (mm)", 3),
    "motion_max": ("largest motion (mm)", 2),
    "coverage_min": ("least coverage of a region", 2),
    "dead_regions": ("regions without signal", 0),
}


def quality_table(sessions: pd.DataFrame) -> dict[str, Any]:
    """Return the columns and rows of the table.

    Parameters
    ----------
    sessions
        Table of the asset ``cohort``: ``session``, ``left out`` and the measures.

    Returns
    -------
    table
        ``columns`` with ``title`` and ``digits``; ``rows`` with ``session``, ``values`` and
        ``excluded``; the number of ``sessions``, and of those ``shown``. Empty without sessions.
    """
    measured = [name for name in _MEASURES if name in sessions and sessions[name].notna().any()]
    if not len(sessions):
        return {}
    by = [name for name in ("motion_mean", "frames") if name in measured][:1]
    shown = sessions
    if len(sessions) > _MOST:
        ordered = sessions.sort_values(by, ascending=by != ["motion_mean"]) if by else sessions
        shown = ordered.head(_MOST).sort_values("session")
    return {
        "columns": [dict(zip(("title", "digits"), _MEASURES[n], strict=True)) for n in measured],
        "rows": [
            {
                "session": row["session"],
                "values": [float(row[name]) for name in measured],
                "excluded": row["left out"],
            }
            for _, row in shown.iterrows()
        ],
        "sessions": len(sessions),
        "shown": len(shown),
    }
