"""Simulated series of event-driven networks, seen through a nonlinear haemodynamic response.

Every region is switched on and off by its own events; regions influence each other within a
tenth of a second; the scanner measures the blood oxygenation that follows. The simulations are
similar to those on which the field compares methods, but use other networks.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from attnconn_core.checks import require_number, require_share, require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.balloon import balloon
from attnconn_core.timeseries.simulation import Seed

__all__ = ["Events", "Scanner", "draw_event_network", "simulate_events"]

_STRENGTH = (0.2, 0.6)
_RADIUS = 0.8
_STEP = 0.1  # largest time step, in seconds
_RELAXATION = 0.05  # seconds in which a region follows what drives it
_WARM_UP = 30.0  # seconds


@dataclass(frozen=True)
class Events:
    """The events that drive each region.

    Attributes
    ----------
    on, off
        Mean duration of an event, and of the pause after it, in seconds.
    amplitude
        Neural activity during an event; the larger it is, the less linear the response.
    neural_noise
        Standard deviation of the noise of the drive, averaged over one second; an event has
        height 1.
    both_signs
        True: the height of every event is drawn from a Laplace distribution around 0. False:
        all events of a region have the same positive height.

    Raises
    ------
    ParameterError
        If a duration or the amplitude isn't positive, or the noise is negative.
    """

    on: float = 2.0
    off: float = 5.0
    amplitude: float = 0.2
    neural_noise: float = 0.03
    both_signs: bool = False

    def __post_init__(self) -> None:
        for name in ("on", "off", "amplitude"):
            require_number(name, getattr(self, name), above=True)
        require_number("neural_noise", self.neural_noise)


@dataclass(frozen=True)
class Scanner:
    """Sampling, noise and delays of the measurement.

    Attributes
    ----------
    repetition_time
        Seconds per frame.
    noise
        Deviation of the added white noise, in deviations of the region's signal.
    regional_delay
        Deviation over regions, in seconds, of the delay of the response; at most 1.5 s
        earlier or later.

    Raises
    ------
    ParameterError
        If the repetition time isn't positive, or another number is negative.
    """

    repetition_time: float = 2.0
    noise: float = 0.2
    regional_delay: float = 0.5

    def __post_init__(self) -> None:
        require_number("repetition_time", self.repetition_time, above=True)
        for name in ("noise", "regional_delay"):
            require_number(name, getattr(self, name))


def draw_event_network(
    n_regions: int,
    seed: Seed,
    *,
    degree: float = 2.5,
    loops: float = 0.0,
    negative: float = 0.05,
) -> Float[np.ndarray, "target source"]:
    """Return a random connected network, without cycles or with added loops.

    Parameters
    ----------
    n_regions
        Number of regions, 2 or more.
    seed
        Seed of edges and weights.
    degree
        Mean number of edges per region, in both directions, before loops are added.
    loops
        Share of the edges that become part of a loop: half by the reverse edge, half by an edge
        from a region further down the order, if there is one.
    negative
        Share of edges with a negative weight.

    Returns
    -------
    coupling
        [target, source]; 0 on the diagonal. Scaled to a spectral radius of at most 0.8.

    Raises
    ------
    ParameterError
        If there are fewer than 2 regions, or a share or the degree is out of range.
    """
    if n_regions < 2:
        raise ParameterError(f"a network needs at least 2 regions; got {n_regions}")
    for name, share in (("loops", loops), ("negative", negative)):
        require_share(name, share, ends=True)
    require_number("degree", degree, above=True)
    rng = np.random.default_rng(seed)
    order = rng.permutation(n_regions)
    edges = _acyclic(order, round(degree * n_regions / 2), rng)
    edge = np.zeros((n_regions, n_regions), dtype=bool)
    edge[tuple(np.array(edges).T)] = True
    _close_loops(edge, round(loops * len(edges)), rng)
    weights = edge * rng.uniform(*_STRENGTH, edge.shape)
    coupling = np.where(rng.random(edge.shape) < negative, -weights, weights)
    radius = np.abs(np.linalg.eigvals(coupling)).max()
    return np.asarray(coupling / max(1.0, radius / _RADIUS))


def _acyclic(order: np.ndarray, n_edges: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return a tree over all regions plus more edges, all from earlier to later regions."""
    tree = [(int(order[k]), int(order[rng.integers(k)])) for k in range(1, len(order))]
    later, earlier = np.tril_indices(len(order), -1)
    every = list(zip(order[later].tolist(), order[earlier].tolist(), strict=True))
    shuffled = [every[k] for k in rng.permutation(len(every))]
    rest = [pair for pair in shuffled if pair not in set(tree)]
    return [*tree, *rest[: max(0, n_edges - len(tree))]]


def _close_loops(edge: np.ndarray, n_loops: int, rng: np.random.Generator) -> None:
    looped = rng.permutation(np.argwhere(edge))[:n_loops]
    for target, source in looped:
        if rng.random() < 0.5:
            edge[source, target] = True
            continue
        reached = np.linalg.matrix_power(edge + np.eye(len(edge)), len(edge))[:, target] > 0
        free = reached & ~edge[source] & ~edge[:, source]
        free[[target, source]] = False
        if free.any():
            edge[source, rng.choice(np.flatnonzero(free))] = True


def simulate_events(
    network: Float[np.ndarray, "target source"],
    frames: int,
    seed: Seed,
    *,
    events: Events | None = None,
    scanner: Scanner | None = None,
) -> TimeSeries:
    """Simulate a network of regions driven by events, and return the measured series.

    dz/dt = (−z + A z + u) / 0.05 s, with u of each region switching between 0 and the height
    of the event, followed by the balloon model of blood flow, volume and oxygenation.

    Parameters
    ----------
    network
        [target, source], from `draw_event_network`.
    frames
        Number of frames, 2 or more.
    seed
        Seed of events, noise and the regions' responses.
    events
        Events that drive each region; None is `Events()`.
    scanner
        Settings of the measurement; None is `Scanner()`.

    Raises
    ------
    ParameterError
        If the network isn't square or has a spectral radius of 1 or more, or there are fewer
        than 2 frames.

    References
    ----------
    Stephan et al. 2007, NeuroImage 38: 387–401; for regions driven by events, Smith et
    al. 2011, NeuroImage 54: 875–891.
    """
    if network.ndim != 2 or network.shape[0] != network.shape[1]:
        raise ParameterError(f"a network must be (region, region); got shape {network.shape}")
    radius = np.abs(np.linalg.eigvals(network)).max()
    if radius >= 1:
        raise ParameterError(f"a network's spectral radius must be below 1; got {radius:.3g}")
    require_whole("frames", frames, 2)
    seen = scanner or Scanner()
    rng = np.random.default_rng(seed)
    per_frame = int(np.ceil(seen.repetition_time / _STEP))
    step = seen.repetition_time / per_frame
    warm_up = int(_WARM_UP / step)
    states = _neural(network, warm_up + frames * per_frame, step, events or Events(), rng)
    late = np.clip(seen.regional_delay * rng.standard_normal(len(network)), -1.5, 1.5) / step
    for region, steps in enumerate(np.round(late).astype(int)):
        states[:, region] = np.roll(states[:, region], steps)
    signal = balloon(states, step, rng)[warm_up::per_frame]
    signal = signal + seen.noise * signal.std(axis=0) * rng.standard_normal(signal.shape)
    names = tuple(f"region-{number}" for number in range(1, len(network) + 1))
    # In deviations: blood oxygenation changes by a few per cent.
    signal = (signal - signal.mean(axis=0)) / signal.std(axis=0)
    return TimeSeries((signal.astype(np.float32),), seen.repetition_time, names)


def _neural(
    coupling: np.ndarray, n_steps: int, step: float, events: Events, rng: np.random.Generator
) -> Float64[np.ndarray, "time region"]:
    shape = (n_steps, len(coupling))
    on = rng.random(len(coupling)) < events.on / (events.on + events.off)
    height = np.exp(0.2 * rng.standard_normal(len(coupling)))
    heights = rng.laplace(size=shape) if events.both_signs else np.broadcast_to(height, shape)
    change = rng.random(shape)
    noise = events.neural_noise / np.sqrt(step) * rng.standard_normal(shape)
    follow = 1 - np.exp(-step / _RELAXATION)
    state, states = np.zeros(len(coupling)), np.empty(shape)
    for time in range(n_steps):
        before = on
        on = np.where(on, change[time] > step / events.on, change[time] < step / events.off)
        height = np.where(on & ~before, heights[time], height)
        state = state + follow * (coupling @ state - state + on * height + noise[time])
        states[time] = state
    return states * events.amplitude
