"""Columns of a series that aren't regions: indices, frame numbers, times, confounds."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from attnconn_core.errors import ScanError
from attnconn_core.wording import first_few

__all__ = ["require_region_names", "require_regions"]

_COUNTED = (
    r"(?:frame|volume|vol|timepoint|time|tr|scan|sample|row|index|idx|timestamp|onset|acquisition"
    r"|acq|run|session|subject|participant|trial|block|slice|epoch|repetition|image|observation"
    r"|elapsed|date|datetime|clock|counter|trigger|second|sec|millisecond|msec)"
)
_NUMBERED = r"(?:index|idx|id|no|nr|num|number|s|sec|secs|seconds|ms|msec|milliseconds|min|minutes)"
# Names reduced to letters and digits: "Unnamed: 0", "__index_level_0__", "Time (s)", ...
_INDEX = re.compile(
    rf"unnamed\d*(?:level\d+)?|(?:index)?level\d+|rownames?|t|(?:{_COUNTED}s?){{1,3}}{_NUMBERED}?"
)
_FRAME = re.compile(r"(?:t|tr|frame|vol|volume|time|timepoint|tp|scan)\d+")

# Confounds that fMRIPrep, FSL, SPM, AFNI and XCP-D write beside series: motion, its derivatives
# and squares, outliers, cosines, components, and their summaries. Letters and digits only.
_CONFOUND = re.compile(
    r"(?:trans|rot|r)[xyz](?:derivative1)?(?:power2)?"
    r"|d?(?:roll|pitch|yaw)|[atcw]compcor\d+|edgecomp\d+|dropped\d+"
    r"|cosine\d+|motionoutlier\d*|nonsteadystateoutlier\d*|aroma(?:motion)?\d+"
    r"|(?:framewisedisplacement|fd)(?:power|jenkinson|vandijk)?|(?:std|nonstd)?dvars|vxwisestddvars"
    r"|rmsd|censor|(?:globalsignal|csfwm|csf|whitematter|wm)(?:derivative1)?(?:power2)?"
)
# Names that an atlas may also use: confounds only if others are present.
_PERHAPS = re.compile(r"csf|whitematter|wm|r[xyz]|fd|d?(?:roll|pitch|yaw)|censor")

_SHOWN = 5
# Fewer frames can be evenly spaced by chance, or in a test.
_LEAST = 10
_EVEN = 0.95
_ALL_RISE = 60
_FEWEST_STEPS = 2  # a single step may be a jump or a spike, which other checks report


def require_regions(
    path: Path | str, names: Sequence[str] | None, columns: Iterable[Shaped[np.ndarray, " time"]]
) -> None:
    """Require that every column of a series can be a region's signal.

    Parameters
    ----------
    path
        The file, or what else holds the series, for errors.
    names
        Names of the columns; None if the file has none.
    columns
        Values of each column, as stored in the file.

    Raises
    ------
    ScanError
        If a column's name or values are those of an index (values rise or fall in even steps,
        or monotonically), or if columns are named after frames; the message names the column.
    """
    if names is not None:
        require_region_names(path, names)
    for number, column in enumerate(columns):
        if _looks_like_index(column):
            called = repr(names[number]) if names else f"number {number + 1}"
            first = ", ".join(f"{value:g}" for value in column[:3])
            raise ScanError(
                f"{path}: every column must be a region's signal; column {called} rises or falls "
                f"like frame numbers, times or a linear drift ({first}, …). Remove it, or "
                "detrend it if it is a region"
            )


def require_region_names(path: Path | str, names: Sequence[str]) -> None:
    """Require that no column is named as an index, time or confound, nor all after frames.

    Raises
    ------
    ScanError
        If one is; the message names the column.
    """
    for name in names:
        if _INDEX.fullmatch(_letters(name)):
            raise ScanError(
                f"{path}: every column must be a region; {name!r} is the name of an index or of "
                "times. Remove the column (with pandas: to_csv(…, index=False)), or rename it if "
                "it is a region"
            )
    confounds = [name for name in names if _CONFOUND.fullmatch(_letters(name))]
    if any(not _PERHAPS.fullmatch(_letters(name)) for name in confounds):
        raise ScanError(
            f"{path}: every column must be a region; these have names of confounds: "
            f"{first_few(confounds, _SHOWN)}. Remove them; rename those that are regions"
        )
    if names and all(_FRAME.fullmatch(_letters(name)) for name in names):
        raise ScanError(
            f"{path}: a series must be (time, region), with one column per region; the columns are "
            f"named after frames: {', '.join(names[:3])}. Transpose it"
        )


def _looks_like_index(column: Shaped[np.ndarray, " time"]) -> bool:
    """Return whether values have even steps, restart in each run, or are monotonic."""
    if len(column) < _LEAST:
        return False
    values = column.astype(np.float64)
    if np.isinf(values).any():
        return False
    steps = np.diff(values)
    # Block numbers rise too, but in few steps.
    one_way = (steps >= 0).all() or (steps <= 0).all()
    if one_way and len(column) >= _ALL_RISE and np.count_nonzero(steps) >= _FEWEST_STEPS:
        return True
    step = np.median(steps)
    if not np.isfinite(step) or step == 0:
        return False
    # Times that were rounded in a table differ by less than their last digit.
    even = np.abs(steps - step) <= 0.02 * abs(step)
    return bool(even.mean() >= _EVEN)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
