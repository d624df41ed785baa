"""Head motion, as the HCP pipelines write it beside a scan."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ScanError

__all__ = ["MOTION_FILE", "motion_measures", "read_relative_rms"]

MOTION_FILE = "Movement_RelativeRMS.txt"
"""Each frame's displacement from the frame before, root mean square over the brain."""


def read_relative_rms(path: Path, n_frames: int | None = None) -> Float[np.ndarray, " frame"]:
    """Read a run's motion from frame to frame, in millimetres.

    Parameters
    ----------
    path
        One number per line, a line per frame; FSL's MCFLIRT measures it (Jenkinson et al.
        2002, NeuroImage 17).
    n_frames
        Of the scan; None if it isn't known.

    Raises
    ------
    ScanError
        If the file can't be read as numbers of 0 or more, one per frame.
    """
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
        wide = next((number for number, line in enumerate(lines, 1) if len(line) > 1), None)
        if wide is not None:
            raise ValueError(f"line {wide} has {len(lines[wide - 1])}")
        values = np.array([line[0] for line in lines if line], dtype=np.float64)
    except (OSError, ValueError) as problem:
        raise ScanError(f"{path}: must hold a number per frame; {problem}") from problem
    if not values.size or not np.isfinite(values).all() or values.min() < 0:
        raise ScanError(
            f"{path}: must hold a displacement of 0 mm or more for every frame; "
            f"got {values.size} numbers from {values.min(initial=0):g} to {values.max(initial=0):g}"
        )
    if n_frames is not None and values.size != n_frames:
        raise ScanError(
            f"{path}: must hold a number for every frame of the scan beside it, {n_frames}; "
            f"it has {values.size}. Is it another scan's?"
        )
    return values


def motion_measures(runs: Sequence[Float[np.ndarray, " frame"]]) -> dict[str, float]:
    """Return ``motion_mean`` and ``motion_max`` over the frames of all runs; nothing of no run."""
    if not runs:
        return {}
    motion = np.concatenate([*runs])
    return {"motion_mean": float(motion.mean()), "motion_max": float(motion.max())}
