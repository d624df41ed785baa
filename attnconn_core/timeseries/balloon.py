"""The balloon model: blood flow, volume and oxygenation from neural activity."""

import numpy as np
from jaxtyping import Float64

__all__ = ["balloon"]

_SPREAD = 0.1  # relative deviation of each haemodynamic constant between regions
# Friston et al. 2003: decay and feedback of the signal, transit time; then stiffness,
# oxygen extraction at rest.
_SIGNAL_DECAY, _FEEDBACK, _TRANSIT = 0.65, 0.41, 0.98
_STIFFNESS, _EXTRACTION = 0.32, 0.34
_LEAST = 0.05  # lower bound of flow, volume and deoxyhaemoglobin, as a share of rest


def balloon(
    states: Float64[np.ndarray, "time region"], step: float, rng: np.random.Generator
) -> Float64[np.ndarray, "time region"]:
    """Return the blood oxygenation signal of neural activity.

    The balloon model, integrated by Euler's method, with different constants for every region.

    Parameters
    ----------
    states
        (time, region): neural activity; 0 is rest.
    step
        Seconds per state; 0.1 is short enough.
    rng
        Random generator of the regions' constants.

    Returns
    -------
    (time, region): change of the signal from rest.

    References
    ----------
    Friston, Harrison & Penny 2003, NeuroImage 19: 1273–1302.
    """
    n_regions = states.shape[1]
    decay, feedback, transit = (
        constant * np.exp(_SPREAD * rng.standard_normal(n_regions))
        for constant in (_SIGNAL_DECAY, _FEEDBACK, _TRANSIT)
    )
    signal, flow = np.zeros(n_regions), np.ones(n_regions)
    volume, deoxy = np.ones(n_regions), np.ones(n_regions)
    seen = np.empty_like(states)
    kept = np.log1p(-_EXTRACTION)
    for time, state in enumerate(states):
        outflow = volume ** (1 / _STIFFNESS)
        extracted = flow * (1 - np.exp(kept / flow)) / _EXTRACTION
        changes = (
            state - decay * signal - feedback * (flow - 1),
            signal,
            (flow - outflow) / transit,
            (extracted - outflow * deoxy / volume) / transit,
        )
        signal = signal + step * changes[0]
        flow, volume, deoxy = (
            np.maximum(value + step * change, _LEAST)
            for value, change in zip((flow, volume, deoxy), changes[1:], strict=True)
        )
        seen[time] = (
            7 * _EXTRACTION * (1 - deoxy)
            + 2 * (1 - deoxy / volume)
            + (2 * _EXTRACTION - 0.2) * (1 - volume)
        )
    return seen
