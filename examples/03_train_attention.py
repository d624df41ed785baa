"""Attention of a trained forecaster as directed connectivity, and whether its seed matters.

A matrix that changes with the random seed is no property of the scan; so train twice and compare.
"""

import numpy as np

import attnconn_core as ac

source = ac.Simulated(subjects=1, regions=8, frames=400)
series = source.load(source.sessions()[0])
preset = ac.forecasting.PRESETS["attnconn"]

matrices = []
for seed in (1, 2):
    training = preset.training.model_copy(update={"seed": seed})
    trained = ac.forecasting.fit(preset.forecaster, [series], training)
    matrices.append(ac.Attention(trained.forecaster).estimate(series))
    print(f"seed {seed}: trained in {trained.seconds:.1f} s, best epoch {trained.best_epoch}")

edges = [ac.edge_features([matrix])[0] for matrix in matrices]
print(f"correlation of the two matrices: {np.corrcoef(edges)[0, 1]:.3f}")
