"""Profiles: compact summaries of a session's connectivity and autocorrelation."""

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

# Number of sums of edges with random signs. With more edges than this, correlations of profiles
# equal those of matrices up to about 1 / sqrt(256).
_SUMS = 256
_FEWEST_REGIONS = 10
# Least number of frames per half; correlations of fewer are chance.
_FEWEST_FRAMES = 40
# Robust deviations from a region's median at which values are clipped. Spikes are reported by
# another check and must not affect profiles.
_CLIP = 5.0
_NORMAL = 1.4826
_BYTE = 127
_NONE = -128

_Matrix = Float64[np.ndarray, "region region"]
_Frames = Float64[np.ndarray, "_ region"]


@dataclass(frozen=True)
class Profile:
    """Connectivity and autocorrelation of a session, in about 900 characters for 100 regions.

    Attributes
    ----------
    frames
        Number of frames used; 0 if there are fewer than 80, or a drift or a jump dominates.
    halves
        Fisher-z Pearson correlations, minus their mean, of the first and the second half of
        the frames. Up to 256 edges are stored individually, more in 256 sums. Empty with fewer
        than 10 regions.
    shifted
        Correlation of the two halves' edges: unchanged, and with the regions of the second
        half moved by one position, in the better direction.
    sides
        Strength of connections between two halves of the regions relative to those within them
        (root mean squares): first regions against last, and every other one against the rest.
    autocorrelation
        Correlation of each region with itself one frame later.
    shared
        Variance of the mean of all standardised regions, times their number: 1 for independent
        regions, their number for identical ones, and 0 if that mean was regressed out. None
        with fewer than 10 regions.
    """

    frames: int = 0
    halves: tuple[str, str] = ("", "")
    shifted: tuple[float, float] = (0.0, 0.0)
    sides: tuple[float, float] = (0.0, 0.0)
    autocorrelation: str = ""
    shared: float | None = None


def profile(series: TimeSeries) -> Profile:
    """Return the profile of a session; it doesn't depend on a region's offset and scale.

    Each run is centred and scaled separately, and no pair of frames crosses two runs. A constant
    or non-finite region has autocorrelation 0 and correlations of 0.
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
        shifted=(_cosine(here, _edges(second)), max(_cosine(here, edges) for edges in moved)),
        sides=(_across(mean, numbers < n_regions // 2), _across(mean, numbers % 2 == 0)),
        autocorrelation=autocorrelation,
        shared=round(float(mean.sum() / n_regions), 3),
    )


def unpacked_profile(text: str) -> Float64[np.ndarray, " _"]:
    """Return the numbers of a profile's text, −1 to 1; nan where there was none."""
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
    limited: Float64[np.ndarray, "region _"] = np.clip(run, -_CLIP, _CLIP)
    return limited


def _autocorrelation(runs: list[_Frames]) -> Float64[np.ndarray, " region"]:
    centred = [run - run.mean(axis=0) for run in runs]
    together = sum(np.einsum("tr,tr->r", run[1:], run[:-1]) for run in centred)
    power = sum(np.einsum("tr,tr->r", run, run) for run in centred)
    correlation: Float64[np.ndarray, " region"] = np.divide(
        together, power, out=np.full(len(power), np.nan), where=power > 0
    )
    return correlation


def _halves(runs: list[_Frames]) -> tuple[list[_Frames], list[_Frames]]:
    """Return the two halves of a session's frames; a run may be in both."""
    first, second, left = [], [], sum(map(len, runs)) // 2
    for run in runs:
        first.append(run[:left])
        second.append(run[left:])
        left = max(0, left - len(run))
    return first, second


def _correlation(parts: list[_Frames]) -> _Matrix:
    """Return Pearson's correlation over several parts, each minus its own means."""
    products = sum(
        (part - part.mean(axis=0)).T @ (part - part.mean(axis=0)) for part in parts if len(part)
    )
    deviation = np.sqrt(np.diag(products))
    deviation[deviation == 0] = np.inf
    correlation: _Matrix = np.clip(products / np.outer(deviation, deviation), -0.999, 0.999)
    return correlation


def _edges(matrix: _Matrix) -> Float64[np.ndarray, " edge"]:
    """Return the Fisher z of every edge, minus their mean, scaled to norm 1."""
    edges: Float64[np.ndarray, " edge"] = np.arctanh(matrix[np.triu_indices(len(matrix), 1)])
    edges -= edges.mean()
    norm = np.linalg.norm(edges)
    return edges / norm if norm > 0 else edges


def _sums(edges: Float64[np.ndarray, " edge"]) -> Float64[np.ndarray, " _"]:
    """Return 256 sums of edges, or the edges if there are fewer, scaled to a maximum of 1."""
    sums = edges
    if len(edges) > _SUMS:
        places, signs = _draw(len(edges))
        sums = np.bincount(places, weights=edges * signs, minlength=_SUMS)
    largest = np.abs(sums).max()
    return sums / largest if largest > 0 else sums


@lru_cache(maxsize=2)
def _draw(n_edges: int) -> tuple[Int64[np.ndarray, " edge"], Int8[np.ndarray, " edge"]]:
    """Return each edge's sum and sign, which are the same on every machine."""
    digest = hashlib.shake_256(b"profile").digest(2 * n_edges)
    drawn = np.frombuffer(digest, np.uint8).reshape(n_edges, 2)
    return drawn[:, 0].astype(np.int64), (drawn[:, 1] % 2 * 2).astype(np.int8) - np.int8(1)


def _cosine(first: Float64[np.ndarray, " edge"], second: Float64[np.ndarray, " edge"]) -> float:
    return round(float(first @ second), 3)


def _across(matrix: _Matrix, one: np.ndarray) -> float:
    """Return the strength of edges between two sides relative to those within them."""
    within = [np.square(matrix[np.ix_(side, side)]) for side in (one, ~one)]
    # The diagonals are 0.999 or 0.
    strengths = [
        (block.sum() - np.trace(block)) / (len(block) * (len(block) - 1)) for block in within
    ]
    between = np.square(matrix[np.ix_(one, ~one)]).mean()
    usual = np.sqrt(strengths[0] * strengths[1])
    return round(float(np.sqrt(between / usual)), 3) if usual > 0 else 0.0
