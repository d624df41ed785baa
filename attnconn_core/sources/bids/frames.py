"""Frames of a scan that are kept: uninterrupted segments, each of which becomes a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Shaped

from attnconn_core.errors import ScanError
from attnconn_core.sources.bids.confounds import ScanConfounds
from attnconn_core.sources.bids.frame_tables import DISPLACEMENT, read_frames

__all__ = ["KeptFrames", "censored_frames", "kept_frames", "whole_scan"]


@dataclass(frozen=True)
class KeptFrames:
    """Segments of a scan between the frames that are left out, and how many are left out.

    Attributes
    ----------
    segments
        First frame, and the frame after the last, of every segment in the file.
    unsteady
        Number of frames before the signal's steady state.
    scrubbed
        Number of frames left out because of motion.
    short
        Number of frames in segments that are too short.
    freedom
        Degrees of freedom that cleaning leaves: at most the frames that are kept; None if the
        scan was cleaned elsewhere.
    """

    segments: tuple[tuple[int, int], ...]
    unsteady: int = 0
    scrubbed: int = 0
    short: int = 0
    freedom: int | None = None

    @property
    def lengths(self) -> tuple[int, ...]:
        """Number of frames of every segment."""
        return tuple(stop - start for start, stop in self.segments)

    @property
    def n_frames(self) -> int:
        """Number of frames that are kept."""
        return sum(self.lengths)

    def cut(self, values: Shaped[np.ndarray, "time _"]) -> tuple[Shaped[np.ndarray, "_ _"], ...]:
        """Return the segments of a series of the whole scan."""
        return tuple(values[start:stop] for start, stop in self.segments)

    def mask(self, n_frames: int) -> Bool[np.ndarray, " frame"]:
        """Return whether each frame of the file is kept."""
        kept = np.zeros(n_frames, dtype=bool)
        for start, stop in self.segments:
            kept[start:stop] = True
        return kept


def whole_scan(n_frames: int) -> KeptFrames:
    """Return all frames as one segment."""
    return KeptFrames(((0, n_frames),))


def kept_frames(confounds: ScanConfounds, min_segment: int) -> KeptFrames:
    """Return the segments of a scan of fMRIPrep.

    Segments that are too short are left out wherever they lie; nilearn keeps one that lies
    between an unsteady and a scrubbed frame.

    Examples
    --------
    >>> import numpy as np
    >>> moved = np.array([False, False, True, False, False, False])
    >>> still = np.zeros(6, dtype=bool)
    >>> frames = kept_frames(ScanConfounds(np.zeros((6, 0)), still, moved, ~moved), min_segment=3)
    >>> frames.segments, frames.scrubbed, frames.short
    (((3, 6),), 1, 2)
    """
    segments = tuple(
        segment for segment in _segments(confounds.kept) if segment[1] - segment[0] >= min_segment
    )
    unsteady, scrubbed = int(confounds.unsteady.sum()), int(confounds.scrubbed.sum())
    rest = len(confounds.kept) - sum(stop - start for start, stop in segments)
    return KeptFrames(segments, unsteady, scrubbed, rest - unsteady - scrubbed)


def censored_frames(outliers: Path, n_frames: int, scan: Path, min_segment: int) -> KeptFrames:
    """Return the segments of a scan of XCP-D, which removes frames with too much motion.

    XCP-D joins the frames that remain (``--output-type censored``) or interpolates the others
    (``interpolated``). Either way a run ends at every frame that it censored.

    Parameters
    ----------
    outliers
        XCP-D's ``outliers.tsv``, with a row per frame: 1 if it was censored.
    n_frames
        Number of frames of the scan.
    scan
        The scan, for errors.
    min_segment
        Frames of the shortest segment that is kept.

    Raises
    ------
    ScanError
        If the table can't be read, or fits neither way.
    """
    table = read_frames(outliers)
    if DISPLACEMENT not in table.columns or not table[DISPLACEMENT].isin([0, 1]).all():
        raise ScanError(
            f"{outliers}: must have the column {DISPLACEMENT!r} with 0 or 1 for every frame; it "
            f"has the columns {', '.join(map(repr, table.columns[:5]))}"
        )
    kept = table[DISPLACEMENT].to_numpy() == 0
    if n_frames not in (len(kept), int(kept.sum())):
        raise ScanError(
            f"{scan}: must have the {kept.sum()} frames that {outliers.name} keeps, or all "
            f"{len(kept)}; it has {n_frames}. Check whether they belong together"
        )
    stretches = list(_segments(kept))
    if n_frames != len(kept):  # the censored frames aren't in the file
        ends = np.cumsum([stop - start for start, stop in stretches]).tolist()
        stretches = list(zip([0, *ends], ends, strict=False))
    segments = tuple(segment for segment in stretches if segment[1] - segment[0] >= min_segment)
    short = sum(stop - start for start, stop in stretches) - sum(b - a for a, b in segments)
    return KeptFrames(segments, scrubbed=int((~kept).sum()), short=short)


def _segments(kept: Bool[np.ndarray, " frame"]) -> Iterable[tuple[int, int]]:
    """Return the first frame and the frame after the last of every uninterrupted stretch."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in borders.reshape(-1, 2)]
