"""Head motion, in the files that the HCP pipelines write beside a scan."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ScanError

__all__ = ["MOTION_FILE", "motion_measures", "read_relative_rms"]

MOTION_FILE = "Movement_RelativeRMS.txt"
"""Displacement of each frame from the frame before, root mean square over the brain."""


def read_relative_rms(path: Path, n_frames: int | None = None) -> Float[np.ndarray, " frame"]:
    """Return a run's motion from frame to frame, in millimetres.

    Parameters
    ----------
    path
        File with one number per line and one line per frame, from FSL's MCFLIRT (Jenkinson et
        al. 2002, NeuroImage 17).
    n_frames
        Number of frames of the scan; None if unknown.

    Raises
    ------
    ScanError
        If the file doesn't hold one number of 0 or more per frame.
    """
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
        wide = next((number for number, line in enumerate(lines, 1) if len(line) > 1), None)
        if wide is not None:
            raise ValueError(f"line {wide} has {len(lines[wide - 1])}")
        values = np.array([line[0] for line in lines if line], dtype=np.float64)
    except (OSError, ValueError) as problem:
        raise ScanError(f"{path}: must hold one number per frame; {problem}") from problem
    if not values.size or not np.isfinite(values).all() or values.min() < 0:
        raise ScanError(
            f"{path}: must hold a displacement of 0 mm or more for every frame; "
            f"got {values.size} numbers from {values.min(initial=0):g} to {values.max(initial=0):g}"
        )
    if n_frames is not None and values.size != n_frames:
        raise ScanError(
            f"{path}: must hold one number for each of the {n_frames} frames of the scan beside "
            f"it; it has {values.size}. Check whether it belongs to another scan"
        )
    return values


def motion_measures(runs: Sequence[Float[np.ndarray, " frame"]]) -> dict[str, float]:
    """Return ``motion_mean`` and ``motion_max`` over the frames of all runs; empty without runs."""
    if not runs:
        return {}
    motion = np.concatenate([*runs])
    return {"motion_mean": float(motion.mean()), "motion_max": float(motion.max())}
