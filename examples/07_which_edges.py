"""Which edges of one scan are more than chance.

The surrogates keep each region's autocorrelation, which a test by degrees of freedom would take for
evidence.
"""

import numpy as np

import attnconn_core as ac

rng = np.random.default_rng(2)
frames = rng.normal(size=(400, 6))
for frame in range(1, 400):
    frames[frame] += 0.7 * frames[frame - 1]
frames[:, 1] += frames[:, 0]  # the only true pair

series = ac.TimeSeries.from_array(frames, repetition_time=1.0)
tested = ac.edge_significance(series, ac.Pearson(), surrogates=1000)
for target, source in np.argwhere(np.tril(tested.q < 0.05, -1)):
    r = tested.connectivity.values[target, source]
    print(f"{series.regions[target]}–{series.regions[source]}: r = {r:.2f}")
