"""Series with ground truth: random networks, varied by subject, and simulated."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32, Shaped
from scipy.stats import gamma

from attnconn_core.checks import require_number, require_share, require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.records import TimeSeries

__all__ = ["Seed", "draw_network", "simulate", "vary_network"]

Seed = int | Sequence[int]
"""Any seed of `numpy.random.default_rng`; sequences give one seed many streams."""

_RADIUS = 0.9
_SELF = (0.3, 0.6)
_STRENGTH = (0.2, 0.5)
_NEGATIVE = 0.2
_WARM_UP = 100
_LONGEST_REPETITION = 5.0


def draw_network(
    n_regions: int, seed: Seed, *, density: float = 0.15, feedback: float = 0.0
) -> Float[np.ndarray, "target source"]:
    """Return a random sparse, stable directed network: the ground truth of a cohort.

    Every region has a weight on its own past (the diagonal). Of the other ordered pairs a
    share of `density` is connected, a fifth of them negatively. All weights are scaled
    to a spectral radius of 0.9, so that a linear network neither fades out at once nor
    diverges.

    Parameters
    ----------
    n_regions
        Number of regions, 2 or more.
    seed
        Seed of edges and weights.
    density
        Share of ordered pairs that are connected, 0 to 1; at least one edge is drawn.
    feedback
        Share of the edges whose reverse is also an edge, as far as possible.

    Returns
    -------
    coupling
        [target, source]: weight of the source's last frame in the target's next.

    Raises
    ------
    ParameterError
        If there are fewer than 2 regions or a share is out of its range.
    """
    if n_regions < 2:
        raise ParameterError(f"a network needs at least 2 regions; got {n_regions}")
    require_share("density", density)
    require_share("feedback", feedback, ends=True)
    rng = np.random.default_rng(seed)
    coupling = np.diag(rng.uniform(*_SELF, n_regions))
    pairs = rng.permutation(np.argwhere(~np.eye(n_regions, dtype=bool)))
    n_edges = max(1, round(density * len(pairs)))
    edges = _with_reverses(pairs, round(feedback * n_edges / 2))[:n_edges]
    weights = rng.uniform(*_STRENGTH, len(edges))
    coupling[edges[:, 0], edges[:, 1]] = np.where(
        rng.random(len(edges)) < _NEGATIVE, -weights, weights
    )
    return coupling * (_RADIUS / _spectral_radius(coupling))


def vary_network(
    network: Float[np.ndarray, "target source"], seed: Seed, *, variation: float = 0.5
) -> Float[np.ndarray, "target source"]:
    """Return a subject's variant of a cohort's network.

    Every edge's weight is multiplied by 1 + `variation` × a standard normal number, but
    by no less than 0.1, so that subjects differ in weights and share edges and signs. The
    diagonal is unchanged. If the result is unstable, all its weights are scaled down.

    Raises
    ------
    ParameterError
        If `variation` is negative.
    """
    require_number("variation", variation)
    factors = 1 + variation * np.random.default_rng(seed).standard_normal(network.shape)
    own = network * np.maximum(factors, 0.1)
    np.fill_diagonal(own, network.diagonal())
    return own / max(1.0, _spectral_radius(own) / _RADIUS)


def simulate(
    network: Float[np.ndarray, "target source"],
    frames: int,
    seed: Seed,
    *,
    repetition_time: float = 0.72,
    runs: int = 1,
    noise: float = 0.2,
    nonlinear: bool = False,
    haemodynamic: bool = False,
    regional_delay: float = 0.0,
    neural_step: float | None = None,
) -> TimeSeries:
    """Simulate a network: x(t) = A x(t − 1) + e(t), with one or many steps per frame.

    The ground truth is `network` itself.

    Parameters
    ----------
    network
        [target, source], from `draw_network` or `vary_network`.
    frames
        Number of frames per run.
    seed
        Seed of the innovations and the observation noise: of the session, not the subject.
    repetition_time
        Seconds per frame.
    runs
        Number of runs; each starts anew.
    noise
        Deviation of the added white noise, in deviations of the region's signal.
    nonlinear
        Apply a hyperbolic tangent to the sources, A tanh(x(t − 1)).
    haemodynamic
        Convolve with a haemodynamic response (two gamma densities, with a peak at 5 s and an
        undershoot at 15 s), which hides lags shorter than itself.
    regional_delay
        Deviation over regions, in seconds, of the delay of the response; at most 2 s earlier or
        later. Smith et al. 2011 have 0.5.
    neural_step
        Seconds per step of the network, if one frame of a haemodynamic response is to cover
        many steps; rounded so that a frame holds a whole number of steps. None makes every frame
        a step, as if signals took a repetition time to travel between regions: lagged methods
        then find lags that are unrealistic for a brain.

    Returns
    -------
    TimeSeries
        In deviations of the innovations; regions are named ``region-1`` and so on.

    Raises
    ------
    ParameterError
        If the network isn't square or is unstable, or an option is out of its range.
    """
    if network.ndim != 2 or network.shape[0] != network.shape[1]:
        raise ParameterError(f"a network must be (region, region); got shape {network.shape}")
    if _spectral_radius(network) >= 1 and not nonlinear:
        raise ParameterError(
            f"a linear network must have a spectral radius below 1; "
            f"got {_spectral_radius(network):.3g}"
        )
    require_whole("frames", frames, 2)
    require_whole("runs", runs, 1)
    require_number("noise", noise)
    if regional_delay < 0 or (regional_delay and not haemodynamic):
        raise ParameterError(
            f"a regional delay must be 0 or more seconds and needs haemodynamic=True; got "
            f"{regional_delay} with haemodynamic={haemodynamic}"
        )
    if neural_step is not None and not (haemodynamic and 0 < neural_step <= repetition_time):
        raise ParameterError(
            "a neural step needs haemodynamic=True, and must be above 0 s and at most the "
            f"repetition time ({repetition_time} s); got {neural_step} s with "
            f"haemodynamic={haemodynamic}"
        )
    if haemodynamic and not 0 < repetition_time <= _LONGEST_REPETITION:
        raise ParameterError(
            f"a haemodynamic response needs frames of at most {_LONGEST_REPETITION:g} seconds; "
            f"got {repetition_time}"
        )
    rng = np.random.default_rng(seed)
    steps = 1 if neural_step is None else round(repetition_time / neural_step)
    step = repetition_time / steps
    response = _response(step)[:, None] if haemodynamic else None
    if regional_delay:
        delays = np.clip(regional_delay * rng.standard_normal(len(network)), -2, 2)
        response = np.stack([_response(step, delay) for delay in delays], axis=1)
    return TimeSeries(
        runs=tuple(
            _run(network, frames, rng, response, noise, nonlinear, steps) for _ in range(runs)
        ),
        repetition_time=repetition_time,
        regions=_region_names(len(network)),
    )


def _run(
    coupling: np.ndarray,
    frames: int,
    rng: np.random.Generator,
    response: np.ndarray | None,
    noise: float,
    nonlinear: bool,
    steps: int,
) -> Float32[np.ndarray, "time region"]:
    # The first frames lack the network's past and part of the response.
    warm_up = _WARM_UP + (0 if response is None else len(response))
    states = rng.standard_normal((warm_up + frames * steps, len(coupling)))
    for time in range(1, len(states)):
        past = states[time - 1]
        states[time] += coupling @ (np.tanh(past) if nonlinear else past)
    if response is not None:
        # Imported here because it takes 1 to 2 seconds, and every Dagster run is a new process
        # that imports this file.
        from scipy.signal import fftconvolve

        states = fftconvolve(states, response, axes=0)
    signal = states[warm_up : warm_up + frames * steps : steps]
    observed = signal + noise * signal.std(axis=0) * rng.standard_normal(signal.shape)
    series: Float32[np.ndarray, "time region"] = observed.astype(np.float32)
    return series


def _response(repetition_time: float, delay: float = 0.0) -> Float[np.ndarray, " lag"]:
    """Return the canonical response of Friston et al. 1998 over 32 s, scaled to sum 1."""
    seconds = np.arange(0, 32, repetition_time) - delay
    response = gamma.pdf(seconds, 6) - gamma.pdf(seconds, 16) / 6
    scaled: Float[np.ndarray, " lag"] = response / response.sum()
    return scaled


def _with_reverses(
    pairs: Shaped[np.ndarray, "pair 2"], n_loops: int
) -> Shaped[np.ndarray, "pair 2"]:
    """Return the first pairs and their reverses, then the others, each pair once."""
    if not n_loops:
        return pairs
    ascending = pairs[pairs[:, 0] < pairs[:, 1]][:n_loops]
    loops = np.concatenate([ascending, ascending[:, ::-1]])
    in_loops = (pairs[:, None] == loops).all(axis=2).any(axis=1)
    return np.concatenate([loops, pairs[~in_loops]])


def _spectral_radius(coupling: np.ndarray) -> float:
    return float(np.abs(np.linalg.eigvals(coupling)).max())


def _region_names(n_regions: int) -> tuple[str, ...]:
    width = len(str(n_regions))
    return tuple(f"region-{number:0{width}d}" for number in range(1, n_regions + 1))
