"""Fit of the mesoscale individualised neurodynamic model by stochastic gradients (Nadam)."""

from dataclasses import dataclass
from math import ceil, prod
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Float32

__all__ = ["Dynamics", "fit_dynamics"]

ByRegion: TypeAlias = Float[np.ndarray, " region"]
Frames: TypeAlias = Float32[np.ndarray, "region sample"]
Vector: TypeAlias = Float32[np.ndarray, " number"]
Square: TypeAlias = Float[np.ndarray, "target source"]

# Settings published with the authors' code. Rates are step sizes of Nadam.
_RATE = 2.5e-5  # of the sparse weights
_RATE_LOW_RANK = _RATE_CURVATURE = 2.5 * _RATE
_RATE_DECAY = 3.5 * _RATE
_MOMENTUM, _SECOND_MOMENTUM = 0.9, 0.95
_FLOOR, _FLOOR_DECAY = 0.15, 200.0  # under the step, in units of the gradient
_L1_SPARSE, _L1_DIAGONAL, _L1_LOW_RANK = 0.075, 0.2, 0.05
_RANK_SHARE = 150 / 419  # of the regions
_WIDTH = 0.15  # 1/b of the transfer function, b = 20/3
_CURVATURE = (0.1, 8.0)  # bounds of (α/b)²
_LEAST_DECAY, _START_DECAY = 0.1, 1.75
_START = 0.01  # deviation of the first weights


@dataclass(frozen=True, eq=False)
class Dynamics:
    """A fitted model: x(t + 1) − x(t) = W ψ(x(t)) − D x(t).

    Attributes
    ----------
    weights
        W.
    decay
        D.
    alpha
        α of each region's ψ.
    """

    weights: Square
    decay: ByRegion
    alpha: ByRegion

    def predict(self, states: Float[np.ndarray, "region sample"]) -> np.ndarray:
        """Predict the change per frame from the states."""
        squared = (_WIDTH * self.alpha) ** 2
        transferred = _transfer(states, squared[:, None])[0]
        return np.asarray(self.weights @ transferred - self.decay[:, None] * states)


class _Parameters:
    """The trained parameters, as one vector and as its parts; W is `sparse` + `left` · `right`.

    D is 0.1 + `root_decay`², and `curvature` is 1 / sqrt((α/b)² + (1/2b)²).
    """

    def __init__(self, n_regions: int) -> None:
        rank = ceil(_RANK_SHARE * n_regions)
        shapes = {
            "sparse": (n_regions, n_regions),
            "left": (n_regions, rank),
            "right": (rank, n_regions),
            "root_decay": (n_regions,),
            "curvature": (n_regions,),
        }
        sizes = [prod(shape) for shape in shapes.values()]
        self.all: Vector = np.zeros(sum(sizes), dtype=np.float32)
        cut = np.split(self.all, np.cumsum(sizes)[:-1])
        parts = {
            name: part.reshape(shape)
            for (name, shape), part in zip(shapes.items(), cut, strict=True)
        }
        self.sparse, self.left, self.right = parts["sparse"], parts["left"], parts["right"]
        self.root_decay, self.curvature = parts["root_decay"], parts["curvature"]

    @property
    def weights(self) -> Float32[np.ndarray, "target source"]:
        return np.asarray(self.sparse + self.left @ self.right)

    @property
    def decay(self) -> Float32[np.ndarray, " region"]:
        return np.asarray(_LEAST_DECAY + self.root_decay**2)

    @property
    def squared(self) -> Float32[np.ndarray, " region"]:
        """(α/b)²."""
        return np.asarray(self.curvature**-2.0 - _WIDTH**2 / 4)


def _drawn(n_regions: int, rng: np.random.Generator) -> _Parameters:
    """Return random initial parameters."""
    parameters = _Parameters(n_regions)
    for part in (parameters.sparse, parameters.left, parameters.right):
        part[:] = _START * rng.standard_normal(part.shape)
    parameters.root_decay[:] = _START_DECAY + 5 * np.sqrt(
        _START * np.abs(rng.standard_normal(n_regions))
    )
    squared = 0.5 + _CURVATURE[0] + _START * np.sqrt(1 + np.abs(rng.standard_normal(n_regions)))
    parameters.curvature[:] = (squared + _WIDTH**2 / 4) ** -0.5
    return parameters


class _Nadam:
    """The Nadam optimiser; `step` returns the change of the parameters.

    With bias-corrected Nesterov momentum m and second moment n of the gradient g, the step
    is rate · m / (sqrt(n) + floor).
    """

    def __init__(self, rate: Vector, floor: Vector) -> None:
        self.rate, self.floor = rate, floor
        self.first, self.second = np.zeros_like(rate), np.zeros_like(rate)

    def step(self, gradient: Vector, number: int) -> Vector:
        self.first += (1 - _MOMENTUM) * (gradient - self.first)
        self.second += (1 - _SECOND_MOMENTUM) * (gradient * gradient - self.second)
        ahead = _MOMENTUM / (1 - _MOMENTUM ** (number + 1)) * self.first
        ahead += (1 - _MOMENTUM) / (1 - _MOMENTUM**number) * gradient
        size = np.sqrt(self.second / (1 - _SECOND_MOMENTUM**number))
        return np.asarray(self.rate * ahead / (size + self.floor))


def _nadam(n_regions: int) -> _Nadam:
    rate, floor = _Parameters(n_regions), _Parameters(n_regions)
    floor.all[:] = _FLOOR
    floor.root_decay[:] = _FLOOR_DECAY
    rate.sparse[:] = _RATE
    rate.left[:] = rate.right[:] = _RATE_LOW_RANK
    rate.curvature[:] = _RATE_CURVATURE
    rate.root_decay[:] = _FLOOR_DECAY * _RATE_DECAY
    return _Nadam(rate.all, floor.all)


def fit_dynamics(
    states: Frames, changes: Frames, batches: int, batch_size: int, seed: int
) -> Dynamics:
    """Minimise the squared error of the change plus L1 penalties, batch by batch.

    The cost of a batch is ½ mean |change − W ψ(x) + D x|² + 0.075 |W_S|₁ + 0.2 |diag W_S|₁ +
    0.05 (|W_1|₁ + |W_2|₁), with W = W_S + W_1 W_2. The penalties shrink W and D, so at the end
    each is multiplied by a number from least squares over all samples.

    Parameters
    ----------
    states, changes
        States, in units of their deviation, and their changes per frame.
    batches, batch_size
        Number of steps, and of samples drawn for each step, with replacement.
    seed
        Seed of the first weights and of the batches.
    """
    rng = np.random.default_rng(seed)
    parameters, nadam = _drawn(len(states), rng), _nadam(len(states))
    down = _Parameters(len(states))
    high, low = ((curvature + _WIDTH**2 / 4) ** -0.5 for curvature in _CURVATURE)
    for number in range(1, batches + 1):
        drawn = rng.integers(states.shape[1], size=batch_size)
        _descend(parameters, states[:, drawn], changes[:, drawn], down)
        parameters.all += nadam.step(down.all, number)
        np.abs(parameters.root_decay, out=parameters.root_decay)
        np.clip(parameters.curvature, low, high, out=parameters.curvature)
    return _rescaled(parameters, states, changes)


def _descend(parameters: _Parameters, states: Frames, changes: Frames, down: _Parameters) -> None:
    """Write the negative gradient of the cost into `down`."""
    n_regions, n_samples = states.shape
    weights = parameters.weights
    transferred, slope = _transfer(states, parameters.squared[:, None])
    error = changes - weights @ transferred + parameters.decay[:, None] * states
    of_weights = error @ transferred.T / n_samples
    signs = np.sign(parameters.sparse)
    down.sparse[:] = of_weights - _L1_SPARSE * signs
    down.sparse.ravel()[:: n_regions + 1] -= _L1_DIAGONAL * signs.diagonal()
    down.left[:] = of_weights @ parameters.right.T - _L1_LOW_RANK * np.sign(parameters.left)
    down.right[:] = parameters.left.T @ of_weights - _L1_LOW_RANK * np.sign(parameters.right)
    back = np.einsum("rs,rs->r", error, states) / n_samples
    down.root_decay[:] = -2 * parameters.root_decay * back
    bent = np.einsum("rs,rs->r", weights.T @ error, slope) / n_samples
    down.curvature[:] = -2 * parameters.curvature**-3.0 * bent


def _transfer(states: np.ndarray, squared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ψ(x) = sqrt(α² + (bx + ½)²) − sqrt(α² + (bx − ½)²), and its slope in (α/b)²."""
    above = np.sqrt(squared + (states + _WIDTH / 2) ** 2)
    below = np.sqrt(squared + (states - _WIDTH / 2) ** 2)
    return (above - below) / _WIDTH, (1 / above - 1 / below) / (2 * _WIDTH)


def _rescaled(parameters: _Parameters, states: Frames, changes: Frames) -> Dynamics:
    squared = parameters.squared.astype(np.float64)
    weights, decay = (
        values.astype(np.float64) for values in (parameters.weights, parameters.decay)
    )
    driven = weights @ _transfer(states.astype(np.float64), squared[:, None])[0]
    leak = -decay[:, None] * states
    terms = np.stack([driven.ravel(), leak.ravel()], axis=1)
    by, leak_by = np.linalg.lstsq(terms, changes.ravel().astype(np.float64), rcond=None)[0]
    if leak_by <= 0:  # nothing decays in this scan: keep what was fitted
        by, leak_by = 1.0, 1.0
    return Dynamics(by * weights, leak_by * decay, np.sqrt(squared) / _WIDTH)
