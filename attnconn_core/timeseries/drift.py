"""Checks for drifts and jumps that make up most of a signal."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["SHORT", "best_step", "drift", "explained_by_drift", "squares"]

# Share of a region's variance, in half of the regions or more. At most 0.49 in the sample; the
# median of twelve autoregressions of 0.9 is at most 0.60 in 60 frames, and 0.33 in 150 (200 draws
# each). Random walks have 0.66, and do drift.
_MOST = 0.6
# Share of a single region's variance: above a random walk's (at most 0.974 in 96 of them).
_ALL = 0.99
# A step leaves at least this many frames, or share of a run, on both sides; else it is a spike.
_FEWEST, _SHARE = 5, 0.05
SHORT = 60
"""Frames; in shorter scans slow signals can't be told from drifts."""


def drift(part: UsablePart) -> str:
    """Return a warning if a drift or jump makes up most of the variance of many regions."""
    if part.n_frames < SHORT:
        return ""
    explained = explained_by_drift(part)
    many = explained > _MOST
    if many.mean() < 0.5:
        many = explained > _ALL
    if not many.any():
        return ""
    limit = _MOST if many.mean() >= 0.5 else _ALL
    return (
        f"a drift or a jump (a parabola, or one step per run) makes up "
        f"{float(np.median(explained[many])):.1%} of the variance of {int(many.sum())} of "
        f"{part.n_regions} regions (rule: {limit:.0%}): drifting regions correlate for that reason "
        "alone; detrend the scan, or store the parts before and after a jump as two runs"
    )


def explained_by_drift(part: UsablePart) -> Float64[np.ndarray, " region"]:
    """Return each region's share of variance explained by a parabola or one step per run.

    The step is at the same frame in all regions of a run: where it explains most on average.
    """
    total = np.sum([squares(run) for run in part.runs], axis=0)
    parabola = np.sum([_parabola(run) for run in part.runs], axis=0)
    step = np.sum([best_step(run)[0] for run in part.runs], axis=0)
    return np.asarray(np.maximum(parabola, step) / total)


def squares(run: Float64[np.ndarray, "time region"]) -> Float64[np.ndarray, " region"]:
    """Return each region's sum of squares."""
    sums: Float64[np.ndarray, " region"] = np.einsum("tr,tr->r", run, run)
    return sums


def _parabola(run: Float64[np.ndarray, "time region"]) -> Float64[np.ndarray, " region"]:
    time = np.linspace(-1, 1, len(run))
    basis = np.linalg.qr(np.stack([np.ones_like(time), time, time**2], axis=1))[0][:, 1:]
    return squares(basis.T @ run)


def best_step(
    run: Float64[np.ndarray, "time region"],
) -> tuple[Float64[np.ndarray, " region"], int]:
    """Return the frame at which the regions' means before and after it differ most.

    Returns
    -------
    squares
        Sum of squares between the two sides, per region.
    frame
        First frame of the second side; 0 if the run is too short for two sides.
    """
    edge = max(_FEWEST, int(_SHARE * len(run)))
    before = np.arange(edge, len(run) - edge + 1)
    if not len(before):
        return np.zeros(run.shape[1]), 0
    summed = np.cumsum(run, axis=0)[before - 1]
    between = summed**2 * (1 / before + 1 / (len(run) - before))[:, None]
    best = int(np.argmax(between @ (1 / squares(run))))
    return np.asarray(between[best]), int(before[best])
