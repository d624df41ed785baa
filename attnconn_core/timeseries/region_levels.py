"""Check for regions with another level than the rest, such as motion parameters."""

import numpy as np

from attnconn_core.timeseries.amplitude import far_deviations
from attnconn_core.timeseries.usable import UsablePart
from attnconn_core.wording import first_few

__all__ = ["regions_at_another_level"]

# The median region's level must be at least this many deviations from 0, because the levels of
# demeaned series are chance. The sample's raw signals: 220 to 340.
_HIGH = 10.0
# In multiples of the median region's level. In the sample: 0.41 to 1.5.
_APART = 100.0
# Share of the regions that must have a similar level.
_MOST = 0.75
_SHOWN = 5


def regions_at_another_level(part: UsablePart) -> str:
    """Return a warning about regions with a mean a hundred times above or below the median.

    In a raw scan, all regions have a high level, equal up to a small factor. If fewer than
    three quarters of the regions do, there is no warning. Regions whose deviation is equally
    far from the others' are reported by `louder_regions` instead.
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
        "confounds? Remove them, or convert all regions to one unit"
    )
