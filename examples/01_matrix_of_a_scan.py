"""Connectivity of one scan, from an array of frames.

Any array (time, region) becomes a `TimeSeries`; every method takes it. Rows of a matrix are
targets, columns are sources.
"""

import numpy as np

import attnconn_core as ac

rng = np.random.default_rng(0)
frames = rng.normal(size=(600, 8))  # yours: np.load("scan.npy"), or a table with pandas
for frame in range(1, 600):
    frames[frame] += 0.5 * frames[frame - 1]
frames[1:, 1] += 0.6 * frames[:-1, 0]  # region-001 drives region-002, one frame later

series = ac.TimeSeries.from_array(frames, repetition_time=0.72)
print(series)

for method in (ac.Pearson(), ac.Partial(), ac.LaggedPartial(lags=1)):
    matrix = method.estimate(series)
    values = matrix.to_frame()
    forward, backward = (
        values.loc["region-002", "region-001"],
        values.loc["region-001", "region-002"],
    )
    print(f"{matrix.method:15} 1 → 2: {forward:.2f}   2 → 1: {backward:.2f}")

figure = ac.LaggedPartial(lags=1).estimate(series).plot()
figure.savefig("matrix.png")
