"""The repetition time: seconds, within the limits of scanners."""

import math

__all__ = ["LONGEST", "ROUNDING", "SHORTEST", "repetition_time_problem"]

SHORTEST = 0.05
"""Seconds; inverse imaging acquires a volume in a tenth of a second."""

LONGEST = 30.0
"""Seconds; sparse sampling waits up to about twenty seconds between volumes."""

ROUNDING = 0.01
"""Relative rounding error allowed in headers and sidecars; any two protocols differ by more."""

_UNITS = (("milliseconds", 1e-3), ("microseconds", 1e-6), ("kiloseconds", 1e3))


def repetition_time_problem(seconds: float) -> str:
    """Return what is wrong with a repetition time; empty if it is valid.

    Parameters
    ----------
    seconds
        Value from a study or a file's header.

    Returns
    -------
    The rule, the value, and the value in seconds if a wrong unit explains it.
    """
    if not (math.isfinite(seconds) and seconds > 0):
        return f"a repetition time must be a positive number of seconds; got {seconds}"
    if SHORTEST <= seconds <= LONGEST:
        return ""
    said = (
        f"a repetition time must be given in seconds, from {SHORTEST:g} to {LONGEST:g}; "
        f"got {seconds:g}"
    )
    for unit, factor in _UNITS:
        # Nearly all protocols have between a tenth of a second and ten seconds.
        if 0.1 <= seconds * factor <= 10:
            meant = f"{seconds * factor:.6g}"
            return f"{said}. Did you mean {meant}?" + (
                f" ({seconds:g} {unit})" if factor < 1 else ""
            )
    return said
