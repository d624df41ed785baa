"""Simulated benchmarks: networks drawn anew for every data set, and the series they make."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.sources.known_truth import KnownTruth
from attnconn_core.timeseries import draw_network, simulate

__all__ = ["SIMULATED_TRUTHS", "simulated_truth"]

SIMULATED_TRUTHS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "linear-10": {"n_regions": 10},
        "nonlinear-10": {"n_regions": 10, "nonlinear": True},
        "haemodynamic-10": {"n_regions": 10, "haemodynamic": True},
    }
)


def simulated_truth(name: str, data_sets: int, seed: int) -> KnownTruth:
    """Simulate."""
    if name not in SIMULATED_TRUTHS:
        raise ParameterError(f"x; got {name}")
    settings = dict(SIMULATED_TRUTHS[name])
    n_regions = settings.pop("n_regions")
    truths = tuple(draw_network(n_regions, [seed, n, 0]) for n in range(data_sets))
    series = tuple(simulate(truth, 600, [seed, n, 1], **settings) for n, truth in enumerate(truths))
    return KnownTruth(name, series, truths)
