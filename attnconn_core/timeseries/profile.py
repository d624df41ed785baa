"""Profiles: what a session's connectivity and autocorrelation are like, in few characters."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float64, Int8, Int64

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.drift import drift
from attnconn_core.timeseries.jump import jump
from attnconn_core.timeseries.usable import usable_part

__all__ = ["Profile", "profile", "unpacked_profile"]

# Sums of edges, of random sign. Correlations of profiles are those of matrices, give or take
# 1 / sqrt(256) where there are more edges.
_SUMS = 256
_FEWEST_REGIONS = 10
# Of each half; correlations of fewer are chance.
_FEWEST_FRAMES = 40
# Robust deviations; so far from a region's median a value is taken for that far. Spikes are said
# elsewhere, and are not meant here.
_CLIP = 5.0
_NORMAL = 1.4826
_BYTE = 127
_NONE = -128

_Matrix = Float64[np.ndarray, "region region"]
_Frames = Float64[np.ndarray, "_ region"]


@dataclass(frozen=True)
class Profile:
    """A session's connectivity and autocorrelation, in about 900 characters for 100 regions.

    Attributes
    ----------
    frames
        How many it is taken of; none of fewer than 80, or where a drift or a jump says more.
    halves
        Fisher-z Pearson correlations, less their mean, of the first and of the second half of
        the frames. Up to 256 edges are held one by one, more in 256 sums. Empty with fewer than
        10 regions.
    shifted
        Correlation of the two halves' edges: as they are, and with the regions of the second
        half moved by one, the better way.
    sides
        How strong connections between two halves of the regions are, over those within them
        (root mean squares): of the first regions with the last, of every other with the rest.
    autocorrelation
        Of each region, from frame to frame.
    shared
        Variance of the mean of all standardised regions, times their number: 1 if they are
        independent, their number if they are one, and 0 once that mean was regressed out. None
        with fewer than 10 regions.
    """

    frames: int = 0
    halves: tuple[str, str] = ("", "")
    shifted: tuple[float, float] = (0.0, 0.0)
    sides: tuple[float, float] = (0.0, 0.0)
    autocorrelation: str = ""
    shared: float | None = None


def profile(series: TimeSeries) -> Profile:
    """Return the profile of a session; neither offset nor scale of a region changes it.

    Each run is centred and scaled by itself, and frames of two runs never make a pair. A region
    that doesn't change, or isn't finite, has no autocorrelation and correlates with none.
    """
    part = usable_part(series)
    if series.n_frames < 2 * _FEWEST_FRAMES or part is None or jump(part) or drift(part):
        return Profile()
    runs = [_clipped(run.T).T for run in series.runs]
    autocorrelation = _packed(_autocorrelation(runs))
    n_regions = series.n_regions
    if n_regions < _FEWEST_REGIONS:
        return Profile(series.n_frames, autocorrelation=autocorrelation)
    first, second = (_correlation(half) for half in _halves(runs))
    numbers = np.arange(n_regions)
    mean = (first + second) / 2
    here = _edges(first)
    moved = [_edges(np.roll(second, way, axis=(0, 1))) for way in (1, -1)]
    return Profile(
        frames=series.n_frames,
        halves=(_packed(_sums(here)), _packed(_sums(_edges(second)))),
        shifted=(_cosine(here, _edges(second)), max(_cosine(here, each) for each in moved)),
        sides=(_across(mean, numbers < n_regions // 2), _across(mean, numbers % 2 == 0)),
        autocorrelation=autocorrelation,
        shared=round(float(mean.sum() / n_regions), 3),
    )


def unpacked_profile(text: str) -> Float64[np.ndarray, " _"]:
    """Return the numbers that a profile holds as text, −1 to 1; nan where there was none."""
    held = np.frombuffer(base64.b64decode(text), np.int8).astype(np.float64)
    return np.where(held == _NONE, np.nan, held / _BYTE)


def _packed(values: Float64[np.ndarray, " _"]) -> str:
    held = np.where(np.isnan(values), _NONE, np.round(values * _BYTE))
    return base64.b64encode(held.astype(np.int8).tobytes()).decode()


def _clipped(run: np.ndarray) -> Float64[np.ndarray, "region _"]:
    """Return (region, time) in robust deviations from each region's median; 0 if unusable."""
    run = np.ascontiguousarray(run, dtype=np.float64)
    usable = np.isfinite(run).all(axis=1) & (run != run[:, :1]).any(axis=1)
    run = np.where(usable[:, None], run, 0.0)
    run -= run.mean(axis=1, keepdims=True)
    run -= np.median(run, axis=1, keepdims=True)
    scale = _NORMAL * np.median(np.abs(run), axis=1)
    scale = np.where(scale > 0, scale, run.std(axis=1))
    run /= np.where(scale > 0, scale, 1.0)[:, None]
    return np.clip(run, -_CLIP, _CLIP)


def _autocorrelation(runs: list[_Frames]) -> Float64[np.ndarray, " region"]:
    centred = [run - run.mean(axis=0) for run in runs]
    together = sum(np.einsum("tr,tr->r", run[1:], run[:-1]) for run in centred)
    power = sum(np.einsum("tr,tr->r", run, run) for run in centred)
    return np.divide(together, power, out=np.full(len(power), np.nan), where=power > 0)


def _halves(runs: list[_Frames]) -> tuple[list[_Frames], list[_Frames]]:
    """Cut a session in two halves of its frames; a run may lie in both."""
    first, second, left = [], [], sum(map(len, runs)) // 2
    for run in runs:
        first.append(run[:left])
        second.append(run[left:])
        left = max(0, left - len(run))
    return first, second


def _correlation(parts: list[_Frames]) -> _Matrix:
    """Return Pearson's correlation over parts, each around its own means."""
    products = sum(
        (part - part.mean(axis=0)).T @ (part - part.mean(axis=0)) for part in parts if len(part)
    )
    deviation = np.sqrt(np.diag(products))
    deviation[deviation == 0] = np.inf
    return np.clip(products / np.outer(deviation, deviation), -0.999, 0.999)


def _edges(matrix: _Matrix) -> Float64[np.ndarray, " edge"]:
    """Return the Fisher z of every edge, less their mean, of norm 1."""
    edges = np.arctanh(matrix[np.triu_indices(len(matrix), 1)])
    edges -= edges.mean()
    norm = np.linalg.norm(edges)
    return edges / norm if norm > 0 else edges


def _sums(edges: Float64[np.ndarray, " edge"]) -> Float64[np.ndarray, " _"]:
    """Return 256 sums of edges, or the edges if there are fewer, the largest of size 1."""
    sums = edges
    if len(edges) > _SUMS:
        places, signs = _draw(len(edges))
        sums = np.bincount(places, weights=edges * signs, minlength=_SUMS)
    largest = np.abs(sums).max()
    return sums / largest if largest > 0 else sums


@lru_cache(maxsize=2)
def _draw(n_edges: int) -> tuple[Int64[np.ndarray, " edge"], Int8[np.ndarray, " edge"]]:
    """Return for each edge the sum it goes into, and its sign; the same on every machine."""
    digest = hashlib.shake_256(b"profile").digest(2 * n_edges)
    drawn = np.frombuffer(digest, np.uint8).reshape(n_edges, 2)
    return drawn[:, 0].astype(np.int64), (drawn[:, 1] % 2 * 2).astype(np.int8) - np.int8(1)


def _cosine(first: Float64[np.ndarray, " edge"], second: Float64[np.ndarray, " edge"]) -> float:
    return round(float(first @ second), 3)


def _across(matrix: _Matrix, one: np.ndarray) -> float:
    """Return how strong edges between two sides are, over those within either."""
    within = [np.square(matrix[np.ix_(side, side)]) for side in (one, ~one)]
    # The diagonals are 0.999 or 0.
    strengths = [(each.sum() - np.trace(each)) / (len(each) * (len(each) - 1)) for each in within]
    between = np.square(matrix[np.ix_(one, ~one)]).mean()
    usual = np.sqrt(strengths[0] * strengths[1])
    return round(float(np.sqrt(between / usual)), 3) if usual > 0 else 0.0
