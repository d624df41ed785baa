"""The repetition time: seconds, within what a scanner can do."""

import math

__all__ = ["LONGEST", "ROUNDING", "SHORTEST", "repetition_time_problem"]

SHORTEST = 0.05
"""Seconds; inverse imaging takes a volume in a tenth of a second."""

LONGEST = 30.0
"""Seconds; sparse sampling waits up to some twenty seconds between volumes."""

ROUNDING = 0.01
"""Share by which headers and sidecars may round; any two protocols differ by more."""

_UNITS = (("milliseconds", 1e-3), ("microseconds", 1e-6), ("kiloseconds", 1e3))


def repetition_time_problem(seconds: float) -> str:
    """Say what is wrong with a repetition time; empty if nothing is.

    Parameters
    ----------
    seconds
        As a study or a file's header says it.

    Returns
    -------
    The rule, the value, and the value that was meant if a wrong unit explains it.
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
        # Between a tenth and ten seconds lies what anybody scans with.
        if 0.1 <= seconds * factor <= 10:
            meant = f"{seconds * factor:.6g}"
            return f"{said}. Did you mean {meant}?" + (
                f" ({seconds:g} {unit})" if factor < 1 else ""
            )
    return said
