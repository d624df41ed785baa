"""Signatures of recordings, by which `near_copies` finds inexact copies."""

import base64
import hashlib

import numpy as np
from jaxtyping import Bool, Float32

from attnconn_core.records import TimeSeries

__all__ = [
    "PROJECTIONS",
    "packed",
    "region_signs",
    "signatures",
    "unpacked",
]

#: Number of sums of regions that represent all regions.
PROJECTIONS = 4
# Largest size per session, over its runs: 1.6 kB in a manifest.
_MOST_FRAMES = 2400
_FEWEST_REGIONS, _FEWEST_FRAMES = 4, 50

_Bits = Bool[np.ndarray, "_ projection"]


def signatures(series: TimeSeries) -> tuple[str, ...]:
    """Return a signature per run, with four bits per frame.

    The bits are the signs of the changes from frame to frame in 4 projections of the regions,
    each region divided by its deviation. Offset, scale, drift and slight noise hardly
    change them. A run below 50 frames or 4 regions gives an empty signature.
    """
    most = max(_FEWEST_FRAMES, _MOST_FRAMES // len(series.runs))
    return tuple(_signature(run[: most + 1]) for run in series.runs)


def _signature(run: Float32[np.ndarray, "time region"]) -> str:
    finite = np.isfinite(run).all(axis=0)
    steps = np.diff(run[:, finite].astype(np.float64), axis=0)
    steps = steps[: len(steps) // 2 * 2]
    if len(steps) < _FEWEST_FRAMES or steps.shape[1] < _FEWEST_REGIONS:
        return ""
    steps -= np.median(steps, axis=0)
    scale = np.median(np.abs(steps), axis=0)
    scale = np.where(scale > 0, scale, np.abs(steps).mean(axis=0))
    usable = scale > 0
    steps = np.clip(steps[:, usable] / scale[usable], -5, 5)
    return packed(steps @ region_signs(run.shape[1])[finite][usable] > 0)


def packed(bits: _Bits) -> str:
    """Return the bits of an even number of frames as text, eight per byte."""
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


def unpacked(signature: str, projections: int = PROJECTIONS) -> _Bits:
    """Return the bits that `packed` wrote, one row per frame."""
    held = np.frombuffer(base64.b64decode(signature), np.uint8)
    return np.unpackbits(held).reshape(-1, projections).astype(bool)


def region_signs(n_regions: int, projections: int = PROJECTIONS) -> np.ndarray:
    """Return weights of 1 and -1 (region, projection), the same on every machine."""
    columns = []
    for number in range(projections):
        digest = hashlib.shake_256(f"projection {number}".encode()).digest(n_regions // 8 + 1)
        columns.append(np.unpackbits(np.frombuffer(digest, np.uint8))[:n_regions])
    return 2.0 * np.column_stack(columns) - 1
