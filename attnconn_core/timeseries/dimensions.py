"""Checks of dimensions: one common signal, or fewer dimensions than regions."""

import math

import numpy as np

from attnconn_core.timeseries.relation import relation
from attnconn_core.timeseries.usable import UsablePart

__all__ = ["dimensions"]

# Share of the variance of the standardised regions. In the sample: 0.26 to 0.51.
_ONE_SIGNAL = 0.9
# With fewer regions a strong first component is normal: 0.905 in a simulation of five.
_ENOUGH_REGIONS = 10
# Remainder of a removed dimension after rounding: in single precision, and in the decimals of a
# text file; in a region's deviations.
_COMPUTED, _WRITTEN = 1e-5, 1e-3
_SAFE = 4.0  # in multiples of the largest singular value expected from rounding alone
# Frames per region above which decimals are taken into account and one missing dimension is
# reported: with about as many frames as regions every series has a small singular value.
_CLEARLY_MORE = 1.5
_WHY = (
    "global signal regressed out, components removed, a narrow band-pass, or a region that is a "
    "combination of others"
)


def dimensions(part: UsablePart, *, common: bool = True) -> tuple[str, ...]:
    """Return warnings if one signal explains nearly everything, or dimensions are missing.

    Parameters
    ----------
    part
        Usable part of a session.
    common
        Whether to look for one common signal; False if its cause was already reported.
    """
    values = part.standardised
    wide = values.shape[1] > len(values)
    squares = np.linalg.eigvalsh(values @ values.T if wide else values.T @ values)
    warnings = []
    share = float(squares[-1]) / values.size
    if common and part.n_regions >= _ENOUGH_REGIONS and share > _ONE_SIGNAL:
        warnings.append(
            f"one signal makes up {share:.1%} of the variance of all {part.n_regions} regions "
            f"(rule: {_ONE_SIGNAL:.0%}): is it motion, the scanner, or a mean that was added? "
            "Correlations between regions then mean little: remove this signal"
        )
    expected = min(part.n_regions, part.n_frames - len(part.runs))
    noise = _rounding(part)
    if noise > _WRITTEN:
        return tuple(warnings)  # coarse values have all dimensions, because of rounding noise
    limit = (_SAFE * noise * (np.sqrt(len(values)) + np.sqrt(part.n_regions))) ** 2
    limit += 10 * len(squares) * np.finfo(np.float64).eps * squares[-1]
    spans = int((squares > limit).sum())
    if expected - spans > (0 if _clearly_more_frames(part) else 1):
        of = f"{part.n_regions} regions"
        if part.n_frames - len(part.runs) < part.n_regions:
            of += f" in {part.n_frames} frames"
        why = relation(part, values.T @ values) if spans == part.n_regions - 1 else ""
        warnings.append(
            f"it spans only {spans} dimensions of {of} ({why or _WHY}): partial correlation and "
            "other inverses are then undefined; use shrinkage_partial, or leave out regions"
        )
    return tuple(warnings)


def _clearly_more_frames(part: UsablePart) -> bool:
    return part.n_frames >= _CLEARLY_MORE * part.n_regions


def _rounding(part: UsablePart) -> float:
    """Return the standard deviation of rounding errors, in a region's deviations."""
    deviation = np.concatenate(part.runs).std(axis=0)
    stored = float((np.finfo(np.float32).eps * part.largest / deviation).max())
    if stored > _WRITTEN:
        return stored
    written = part.written if _clearly_more_frames(part) else 0.0
    return max(stored, min(written, _WRITTEN), _COMPUTED) / math.sqrt(12)
