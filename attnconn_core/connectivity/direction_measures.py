"""Measures of direction: which of two regions' signals is likelier to drive the other.

Each returns [target, source], antisymmetric, positive where the source seems to drive the
target. None uses lags. Memory grows with regions × frames, because pairs are handled one region
at a time.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64

__all__ = ["MEASURES", "Frames", "Rest", "direction", "entropy", "given_rest", "rest_of"]

Frames = Float64[np.ndarray, "time region"]
BySource = Float64[np.ndarray, "target source"]

# Constants of Hyvärinen's approximation; γ is E[log cosh] of a standard normal value.
_K1, _K2, _GAMMA = 79.047, 7.4129, 0.37457
_RIDGE = 1e-6  # keeps the covariance invertible with fewer frames than regions


class Rest(NamedTuple):
    """Signals of regions from which all other regions were regressed out.

    Attributes
    ----------
    frames
        (time, region): y = xP. Each column is the residual given all other regions, times the
        diagonal entry of P.
    precision
        (region, region): P, the inverse of the covariance.
    """

    frames: Frames
    precision: Float64[np.ndarray, "region region"]

    def of(self, regions: np.ndarray) -> "Rest":
        """Return a subset of the regions, still given all others."""
        return Rest(self.frames[:, regions], self.precision[np.ix_(regions, regions)])


def rest_of(frames: Frames, ridge: float = _RIDGE) -> Rest:
    """Regress all other regions out of each region, by one matrix inverse.

    Parameters
    ----------
    frames
        Standardised frames.
    ridge
        Number added to the diagonal of the correlation matrix.
    """
    correlation = frames.T @ frames / len(frames)
    precision = np.linalg.inv(correlation + ridge * np.eye(len(correlation)))
    precision = (precision + precision.T) / 2
    return Rest(frames @ precision, precision)


def entropy(values: Float[np.ndarray, "row time"]) -> Float64[np.ndarray, " row"]:
    """Return the differential entropy of standardised values minus that of a normal variable.

    References
    ----------
    Hyvärinen 1998, Advances in Neural Information Processing Systems 10: 273–279.
    """
    size = np.abs(values)
    log_cosh = (size + np.log(1 + np.exp(-2 * size))).mean(axis=-1, dtype=np.float64) - np.log(2)
    odd = (values * np.exp(-(values**2) / 2)).mean(axis=-1, dtype=np.float64)
    entropy: Float64[np.ndarray, " row"] = -_K1 * (log_cosh - _GAMMA) ** 2 - _K2 * odd**2
    return entropy


def _entropy(frames: Frames) -> BySource:
    """Return the difference in log likelihood, H(y) + H(x|y) − H(x) − H(y|x), at [y, x]."""
    correlation = frames.T @ frames / len(frames)
    rows = np.ascontiguousarray(frames.T, dtype=np.float32)
    residual = np.empty_like(correlation)  # [given, region]
    for given, coefficients in enumerate(correlation):
        scale = np.sqrt(np.maximum(1 - coefficients**2, 1e-9))
        r, s = (values.astype(np.float32)[:, None] for values in (coefficients, scale))
        residual[given] = entropy((rows - r * rows[given]) / s)
    return _antisymmetric(entropy(rows)[:, None] + residual)


def _tanh(frames: Frames) -> BySource:
    """Return E[x tanh y] − E[tanh x · y], at [y, x], times the correlation."""
    moment = frames.T @ np.tanh(frames) / len(frames)  # [x, y]
    asymmetry: BySource = (frames.T @ frames / len(frames)) * (moment.T - moment)
    return asymmetry


def _skew(frames: Frames) -> BySource:
    """Return E[x² y] − E[x y²], at [y, x], times the correlation.

    The sign of every region is set so that its skewness is positive.
    """
    turned = frames * np.where((frames**3).mean(axis=0) < 0, -1.0, 1.0)
    moment = (turned**2).T @ turned / len(turned)  # [x, y]
    asymmetry: BySource = (turned.T @ turned / len(turned)) * (moment.T - moment)
    return asymmetry


#: Name → measure of standardised frames.
MEASURES: Mapping[str, Callable[[Frames], BySource]] = MappingProxyType(
    {"tanh": _tanh, "skew": _skew, "entropy": _entropy}
)


def direction(frames: Frames, measure: str) -> BySource:
    """Return one of `MEASURES` for both directions of every pair of standardised regions."""
    return MEASURES[measure](frames)


def given_rest(rest: Rest, *measures: str) -> tuple[BySource, ...]:
    """Return measures for both directions of every pair, given all other regions.

    The residuals of regions i and j given all others are y[:, {i, j}] P[{i, j}, {i, j}]⁻¹,
    and the residual of j given i too is y_j. No regression per pair is needed, and memory is
    that of one region's pairs.

    Parameters
    ----------
    rest
        Result of `rest_of`, or a subset of its regions if only their pairs are needed.
    *measures
        Names in `MEASURES`; one matrix is returned per name.
    """
    frames, precision = rest
    covariance = frames.T @ frames / len(frames)
    rows = np.ascontiguousarray(frames.T, dtype=np.float32)
    sums = {measure: np.zeros_like(precision) for measure in measures}
    correlation = _residual_correlation(precision, covariance)
    scaled_rows = (rows.T / np.sqrt(covariance.diagonal())).T.astype(np.float32)
    for region in range(len(precision)):
        own, other = _residuals(rows, precision, covariance, region)
        if "entropy" in sums:
            sums["entropy"][region] = entropy(own)
        if "tanh" in sums:
            sums["tanh"][region] = _mean_product(np.tanh(own), other)
        if "skew" in sums:
            turn = np.where((own**3).mean(axis=1) < 0, -1.0, 1.0)
            sums["skew"][region] = -turn * _mean_product(own**2, other)
    if "entropy" in sums:
        # H(e_i) + H(e_j | e_i): the residual of j given i too is y_j.
        sums["entropy"] += entropy(scaled_rows)
    weights = {measure: 1.0 if measure == "entropy" else correlation for measure in measures}
    return tuple(weights[measure] * _antisymmetric(sums[measure]) for measure in measures)


def _residuals(
    rows: Float[np.ndarray, "region time"],
    precision: np.ndarray,
    covariance: np.ndarray,
    region: int,
) -> tuple[Float[np.ndarray, "region time"], Float[np.ndarray, "region time"]]:
    """Return standardised residuals of a region, and of each other one, given all the rest."""
    shared, others = precision[region][:, None], precision.diagonal()[:, None]
    shared = np.where(np.arange(len(precision))[:, None] == region, 0.0, shared)
    own = precision[region, region]
    deviation = [
        np.sqrt(
            a**2 * covariance[region, region]
            + b**2 * covariance.diagonal()[:, None]
            + 2 * a * b * covariance[region][:, None]
        )
        for a, b in ((others, -shared), (-shared, own))
    ]
    one, cross, back, two = (
        factor.astype(np.float32)
        for factor in (
            others / deviation[0],
            -shared / deviation[0],
            -shared / deviation[1],
            own / deviation[1],
        )
    )
    return one * rows[region] + cross * rows, back * rows[region] + two * rows


def _residual_correlation(precision: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return the correlation of the two residuals of each pair; 0 on the diagonal."""
    off = precision - np.diag(precision.diagonal())
    p, c = precision.diagonal(), covariance.diagonal()
    first = p[None] ** 2 * c[:, None] + off**2 * c[None] - 2 * p[None] * off * covariance
    joint = -p[None] * off * c[:, None] - off * p[:, None] * c[None]
    joint = joint + (np.multiply.outer(p, p) + off**2) * covariance
    correlation = joint / np.sqrt(first * first.T)
    off_diagonal: np.ndarray = correlation - np.diag(correlation.diagonal())
    return off_diagonal


def _mean_product(one: np.ndarray, other: np.ndarray) -> Float64[np.ndarray, " region"]:
    return np.asarray(np.einsum("rt,rt->r", one, other, dtype=np.float64) / one.shape[1])


def _antisymmetric(cost: np.ndarray) -> BySource:
    """Return, at [target, source], the cost of target → source minus that of source → target."""
    return np.asarray(cost - cost.T)
