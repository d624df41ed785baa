"""Edges in which two groups of subjects differ: the network-based statistic.

The error rate is controlled for connected components of edges, not for single edges.
"""

import numpy as np

import attnconn_core as ac

rng = np.random.default_rng(1)


def scan(shared: float) -> ac.TimeSeries:
    """A scan whose first four regions share a signal of some strength."""
    frames = rng.normal(size=(200, 8))
    frames[:, :4] += shared * rng.normal(size=(200, 1))
    return ac.TimeSeries.from_array(frames, repetition_time=2.0)


patients = [ac.Pearson().estimate(scan(0.9)) for _ in range(12)]
controls = [ac.Pearson().estimate(scan(0.5)) for _ in range(12)]

result = ac.network_based_statistic(patients, controls, threshold=3.0, permutations=500)
regions = patients[0].regions
for component in result.components:
    pairs = ", ".join(f"{regions[target]}–{regions[source]}" for target, source in component.edges)
    print(f"p = {component.p:.3f}: {pairs}")
