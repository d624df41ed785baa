"""Head motion, as the HCP pipelines write it beside a scan."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ScanError

__all__ = ["MOTION_FILE", "read_relative_rms"]

MOTION_FILE = "Movement_RelativeRMS.txt"
"""Each frame's displacement from the frame before, root mean square over the brain."""


def read_relative_rms(path: Path) -> Float[np.ndarray, " frame"]:
    """Read a run's motion from frame to frame, in millimetres.

    Parameters
    ----------
    path
        One number a line, a line a frame; FSL's MCFLIRT measures it (Jenkinson et al.
        2002, NeuroImage 17).

    Raises
    ------
    ScanError
        If the file can't be read as numbers of 0 or more.
    """
    try:
        values = np.array(path.read_text(encoding="ascii").split(), dtype=np.float64)
    except (OSError, ValueError) as problem:
        raise ScanError(f"{path}: must hold a number a frame; {problem}") from problem
    if not values.size or not np.isfinite(values).all() or values.min() < 0:
        raise ScanError(
            f"{path}: must hold a displacement of 0 mm or more for every frame; "
            f"got {values.size} numbers from {values.min(initial=0):g} to {values.max(initial=0):g}"
        )
    return values
