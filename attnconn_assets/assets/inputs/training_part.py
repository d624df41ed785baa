"""The training part: the frames of a session that models may learn from."""

from attnconn_assets.building.work import Work
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

__all__ = ["training_part"]


def training_part(work: Work, session: str, window: int) -> TimeSeries:
    """Read the frames of a session that models may learn from.

    Raises
    ------
    SeriesError
        If no run of these frames has `window` frames.
    """
    part, _ = split(work.series(session), work.settings["test_fraction"])
    longest = max(len(run) for run in part.runs)
    if longest < window:
        raise SeriesError(
            f"{work.named_scan(session)}: the frames to learn from must hold a window of "
            f"{window} in one run; the longest run has {longest}"
        )
    return part
