"""The original study's synthetic experiment: independent windows, not cut from a series."""

import numpy as np
from jaxtyping import Float

from attnconn_core.checks import require_whole
from attnconn_core.records import TimeSeries
from attnconn_core.sources.known_truth import KnownTruth

__all__ = ["INDEPENDENT_SAMPLES", "independent_samples"]

INDEPENDENT_SAMPLES = "independent-samples-20"
"""Name of this kind of data sets."""

_REGIONS, _WINDOW, _DEVIATION = 20, 15, 0.2
_CONNECTED, _WEIGHT = 0.4, (0.5, 2.0)
_JUDGED = 1000  # number of samples over which the ground truth is averaged

BySource = Float[np.ndarray, "target source"]


def independent_samples(data_sets: int, seed: int, samples: int = 20_000) -> KnownTruth:
    """Draw windows, and the next values that a random graph of small neural networks gives.

    Of the 400 ordered pairs of 20 regions, self-connections included, 40 % are connected, with
    weights from 0.5 to 2. A connection is two linear layers with a rectifier in between, of
    the windows of the source and of the target; a target's next value is the weighted sum.
    Windows are 15 values of normal noise, z-scored. Each sample is a run of 16 frames,
    so that it can be read like any series.

    The ground truth is the mean absolute weighted output of every connection, over 1,000
    samples: half of it depends on the source, half on the target itself.

    Parameters
    ----------
    data_sets
        Number of graphs; the first ones don't depend on this number.
    seed
        Seed of graphs and samples.
    samples
        Number of windows per data set; the original study's experiment has 1,000,000.

    Raises
    ------
    ParameterError
        If there are fewer than 1,000 samples.
    """
    require_whole("samples", samples, _JUDGED)
    drawn = [_draw(np.random.default_rng([seed, n]), samples) for n in range(data_sets)]
    regions = tuple(f"region-{number:02d}" for number in range(1, _REGIONS + 1))
    return KnownTruth(
        INDEPENDENT_SAMPLES,
        tuple(TimeSeries(tuple(runs), 1.0, regions) for runs, _ in drawn),
        tuple(truth for _, truth in drawn),
        window=_WINDOW,
    )


def _draw(
    rng: np.random.Generator, samples: int
) -> tuple[Float[np.ndarray, "sample time region"], BySource]:
    windows = _DEVIATION * rng.standard_normal((samples, _REGIONS, _WINDOW))
    windows -= windows.mean(axis=2, keepdims=True)
    windows /= windows.std(axis=2, ddof=1, keepdims=True)
    targets = np.zeros((samples, _REGIONS))
    truth = np.zeros((_REGIONS, _REGIONS))
    connected = rng.permutation(_REGIONS**2)[: round(_CONNECTED * _REGIONS**2)]
    for target, source in zip(*np.unravel_index(connected, truth.shape), strict=True):
        both = np.concatenate([windows[:, source], windows[:, target]], axis=1)
        hidden = np.maximum(_linear(rng, both, _WINDOW), 0.0)
        output = rng.uniform(*_WEIGHT) * _linear(rng, hidden, 1)[:, 0]
        targets[:, target] += output
        size = float(np.abs(output[:_JUDGED]).mean())
        truth[target, source] += size / 2
        truth[target, target] += size / 2
    return np.concatenate([windows, targets[..., None]], axis=2).transpose(0, 2, 1), truth


def _linear(
    rng: np.random.Generator, x: Float[np.ndarray, "sample column"], width: int
) -> Float[np.ndarray, "sample {width}"]:
    """Return a linear layer with weights as torch draws them, uniform up to 1 / sqrt(inputs)."""
    bound = 1 / np.sqrt(x.shape[1])
    weight = rng.uniform(-bound, bound, (x.shape[1], width))
    return x @ weight + rng.uniform(-bound, bound, width)
