"""Fit of the mesoscale individualised neurodynamic model: stochastic gradients by Nadam."""

from dataclasses import dataclass, field
from math import ceil
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Float32

__all__ = ["Dynamics", "fit_dynamics"]

ByRegion: TypeAlias = Float[np.ndarray, " region"]
Frames: TypeAlias = Float32[np.ndarray, "region sample"]
Square: TypeAlias = Float[np.ndarray, "target source"]

# The settings that the authors published with their code. Rates are steps of Nadam.
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


@dataclass(eq=False)
class _Nadam:
    """One parameter's moments; `step` returns what is added to it.

    With bias-corrected Nesterov momentum m and second moment n of the gradient g, the step
    is rate · m / (sqrt(n) + floor).
    """

    rate: float
    floor: float = _FLOOR
    first: np.ndarray | float = field(default=0.0, init=False)
    second: np.ndarray | float = field(default=0.0, init=False)

    def step(self, gradient: np.ndarray, number: int) -> np.ndarray:
        self.first = _MOMENTUM * self.first + (1 - _MOMENTUM) * gradient
        self.second = _SECOND_MOMENTUM * self.second + (1 - _SECOND_MOMENTUM) * gradient**2
        ahead = _MOMENTUM / (1 - _MOMENTUM ** (number + 1)) * self.first
        ahead += (1 - _MOMENTUM) / (1 - _MOMENTUM**number) * gradient
        size = np.sqrt(self.second / (1 - _SECOND_MOMENTUM**number))
        return np.asarray(self.rate * ahead / (size + self.floor))


@dataclass(eq=False)
class _Parameters:
    """What is trained; W is `sparse` + `left` · `right`, D is 0.1 + `root_decay`²."""

    sparse: Float32[np.ndarray, "target source"]
    left: Float32[np.ndarray, "target rank"]
    right: Float32[np.ndarray, "rank source"]
    root_decay: Float32[np.ndarray, " region"]
    squared: Float32[np.ndarray, " region"]  # (α/b)² + (1/2b)²

    @classmethod
    def drawn(cls, n_regions: int, rng: np.random.Generator) -> "_Parameters":
        rank = ceil(_RANK_SHARE * n_regions)

        def normal(*shape: int) -> np.ndarray:
            return rng.standard_normal(shape).astype(np.float32)

        least = _CURVATURE[0] + _WIDTH**2 / 4
        return cls(
            sparse=_START * normal(n_regions, n_regions),
            left=_START * normal(n_regions, rank),
            right=_START * normal(rank, n_regions),
            root_decay=_START_DECAY + 5 * np.sqrt(_START * np.abs(normal(n_regions))),
            squared=0.5 + least + _START * np.sqrt(1 + np.abs(normal(n_regions))),
        )

    @property
    def weights(self) -> Float32[np.ndarray, "target source"]:
        return np.asarray(self.sparse + self.left @ self.right)

    @property
    def decay(self) -> Float32[np.ndarray, " region"]:
        return np.asarray(_LEAST_DECAY + self.root_decay**2)


def fit_dynamics(
    states: Frames, changes: Frames, batches: int, batch_size: int, seed: int
) -> Dynamics:
    """Minimise the squared error of the change plus L1 penalties, batch after batch.

    The cost of a batch is ½ mean |change − W ψ(x) + D x|² + 0.075 |W_S|₁ + 0.2 |diag W_S|₁ +
    0.05 (|W_1|₁ + |W_2|₁), with W = W_S + W_1 W_2. At the end W and D are each multiplied by
    a number, by least squares over all samples, since the penalties shrank them.

    Parameters
    ----------
    states, changes
        Samples of unit deviation, and how they change per frame.
    batches, batch_size
        Steps, and samples drawn for each, with replacement.
    seed
        Fixes the first weights and the batches.
    """
    rng = np.random.default_rng(seed)
    parameters = _Parameters.drawn(len(states), rng)
    nadam = {
        "sparse": _Nadam(_RATE),
        "left": _Nadam(_RATE_LOW_RANK),
        "right": _Nadam(_RATE_LOW_RANK),
        "curvature": _Nadam(_RATE_CURVATURE),
        "root_decay": _Nadam(_FLOOR_DECAY * _RATE_DECAY, _FLOOR_DECAY),
    }
    for number in range(1, batches + 1):
        drawn = rng.integers(states.shape[1], size=batch_size)
        gradients = _gradients(parameters, states[:, drawn], changes[:, drawn])
        steps = {name: nadam[name].step(each, number) for name, each in gradients.items()}
        parameters.sparse += steps["sparse"]
        parameters.left += steps["left"]
        parameters.right += steps["right"]
        parameters.root_decay = np.abs(parameters.root_decay + steps["root_decay"])
        # The curvature is trained as 1/sqrt of its square.
        moved = (parameters.squared**-0.5 + steps["curvature"]) ** -2.0
        low, high = (each + _WIDTH**2 / 4 for each in _CURVATURE)
        parameters.squared = np.clip(moved, np.float32(low), np.float32(high))
    return _rescaled(parameters, states, changes)


def _gradients(parameters: _Parameters, states: Frames, changes: Frames) -> dict[str, np.ndarray]:
    """Return the way down the cost, for each parameter."""
    weights = parameters.weights
    transferred, slope = _transfer(states, (parameters.squared - _WIDTH**2 / 4)[:, None])
    error = changes - weights @ transferred + parameters.decay[:, None] * states
    of_weights = error @ transferred.T / np.float32(states.shape[1])
    sparse = of_weights - _L1_SPARSE * np.sign(parameters.sparse)
    np.fill_diagonal(
        sparse, sparse.diagonal() - _L1_DIAGONAL * np.sign(parameters.sparse.diagonal())
    )
    sent_back = (weights.T @ error) * slope
    return {
        "sparse": sparse,
        "left": of_weights @ parameters.right.T - _L1_LOW_RANK * np.sign(parameters.left),
        "right": parameters.left.T @ of_weights - _L1_LOW_RANK * np.sign(parameters.right),
        "root_decay": -2 * parameters.root_decay * (error * states).mean(axis=1),
        "curvature": -(parameters.squared**1.5) * 2 * sent_back.mean(axis=1),
    }


def _transfer(states: np.ndarray, squared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ψ(x) = sqrt(α² + (bx + ½)²) − sqrt(α² + (bx − ½)²), and its slope along (α/b)²."""
    above = np.sqrt(squared + (states + _WIDTH / 2) ** 2)
    below = np.sqrt(squared + (states - _WIDTH / 2) ** 2)
    return (above - below) / _WIDTH, (1 / above - 1 / below) / (2 * _WIDTH)


def _rescaled(parameters: _Parameters, states: Frames, changes: Frames) -> Dynamics:
    squared = parameters.squared.astype(np.float64) - _WIDTH**2 / 4
    weights, decay = (each.astype(np.float64) for each in (parameters.weights, parameters.decay))
    driven = weights @ _transfer(states.astype(np.float64), squared[:, None])[0]
    leak = -decay[:, None] * states
    terms = np.stack([driven.ravel(), leak.ravel()], axis=1)
    by, leak_by = np.linalg.lstsq(terms, changes.ravel().astype(np.float64), rcond=None)[0]
    if leak_by <= 0:  # nothing decays in this scan: keep what was fitted
        by, leak_by = 1.0, 1.0
    return Dynamics(by * weights, leak_by * decay, np.sqrt(squared) / _WIDTH)
