"""Regions at another level than the rest, as motion parameters stored among them are."""

import numpy as np

from attnconn_core.timeseries.amplitude import far_deviations
from attnconn_core.timeseries.usable import UsablePart
from attnconn_core.wording import first_few

__all__ = ["regions_at_another_level"]

# Deviations that the median region's level must lie from 0 for levels to be compared: those of
# series that are demeaned are chance. The sample's raw signals: 220 to 340.
_HIGH = 10.0
# Times the median region's level. In the sample: 0.41 to 1.5.
_APART = 100.0
# Share of the regions that must be near one level.
_MOST = 0.75
_SHOWN = 5


def regions_at_another_level(part: UsablePart) -> str:
    """Say which regions' means are a hundred times lower, or higher, than the median region's.

    A scan's raw signal has a high level, the same in all regions but for a small factor. Where
    fewer than three quarters of the regions have, nothing is said. Regions whose deviation is
    as far from the others' are said by that.
    """
    levels = np.median(np.abs(part.means), axis=0)
    deviations = np.median(part.scales, axis=0)
    usual = float(np.median(levels))
    if usual <= _HIGH * float(np.median(deviations)):
        return ""
    far = (levels < usual / _APART) | (levels > usual * _APART)
    few = far.mean() <= 1 - _MOST
    far &= ~far_deviations(part)
    if not (few and far.any()):
        return ""
    named = [f"{part.regions[number]} ({levels[number]:.3g})" for number in np.flatnonzero(far)]
    return (
        f"every region's mean should lie within a factor of {_APART:g} of the median region's "
        f"({usual:,.4g}), but that of {len(named)} of {part.n_regions} regions doesn't: "
        f"{first_few(named, _SHOWN)}. Are they regions, or motion parameters and other "
        "confounds? Take them out, or bring all regions to one unit"
    )
