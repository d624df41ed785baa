"""Simulated data sets with ground truth: a graph is drawn for every data set, and simulated."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attnconn_core.checks import require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.sources.independent_samples import INDEPENDENT_SAMPLES, independent_samples
from attnconn_core.sources.known_truth import KnownTruth
from attnconn_core.timeseries import draw_network, simulate

__all__ = ["SIMULATED_TRUTHS", "simulated_truth"]

_FRAMES = 600
# Signals travel between regions within a tenth of a second; haemodynamics are much slower.
_BLURRED = {"haemodynamic": True, "neural_step": 0.1}

SIMULATED_TRUTHS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "linear-5": {"n_regions": 5},
        "linear-10": {"n_regions": 10},
        "linear-50": {"n_regions": 50},
        "linear-100": {"n_regions": 100},
        "feedback-10": {"n_regions": 10, "feedback": 0.5},
        "nonlinear-10": {"n_regions": 10, "nonlinear": True},
        "haemodynamic-10": {"n_regions": 10, **_BLURRED},
        "haemodynamic-slow-10": {"n_regions": 10, **_BLURRED, "repetition_time": 2.0},
        "haemodynamic-slowest-10": {"n_regions": 10, **_BLURRED, "repetition_time": 3.0},
        "haemodynamic-regional-10": {
            "n_regions": 10,
            **_BLURRED,
            "regional_delay": 0.5,
        },
        INDEPENDENT_SAMPLES: {},
    }
)
"""Name → arguments of `attnconn_core.timeseries.simulate` and of the graph.

The last is the original study's experiment, which draws windows instead of series; see
`attnconn_core.sources.independent_samples`.
"""


def simulated_truth(name: str, data_sets: int, seed: int) -> KnownTruth:
    """Draw a graph for each data set, and simulate it.

    Parameters
    ----------
    name
        One of `SIMULATED_TRUTHS`.
    data_sets
        Number of data sets; the first ones don't depend on this number.
    seed
        Seed of graphs and series.

    Raises
    ------
    ParameterError
        If the name isn't known or there is no data set.
    """
    if name not in SIMULATED_TRUTHS:
        raise ParameterError(
            f"simulated data sets must be one of {', '.join(SIMULATED_TRUTHS)}; got {name!r}"
        )
    require_whole("data_sets", data_sets, 1)
    if name == INDEPENDENT_SAMPLES:
        return independent_samples(data_sets, seed)
    settings = dict(SIMULATED_TRUTHS[name])
    drawn = {key: settings.pop(key) for key in ("n_regions", "feedback") if key in settings}
    truths = tuple(draw_network(seed=[seed, n, 0], **drawn) for n in range(data_sets))
    series = tuple(
        simulate(truth, _FRAMES, [seed, n, 1], **settings) for n, truth in enumerate(truths)
    )
    return KnownTruth(name, series, truths)
