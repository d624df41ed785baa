"""The example's source."""

import numpy as np

from attnconn_core.sources import Source, sources


def test_noise_is_a_source_without_connectivity(installed):
    noise = sources()["noise"](n_subjects=3, n_regions=4, n_frames=4000)
    assert isinstance(noise, Source)
    sessions = noise.listing().complete()
    assert len(sessions) == 6
    series = noise.load(sessions[0])
    assert np.array_equal(series.values, noise.load(sessions[0]).values)
    assert not np.array_equal(series.values, noise.load(sessions[1]).values)
    off_diagonal = np.corrcoef(series.values.T)[~np.eye(4, dtype=bool)]
    assert np.abs(off_diagonal).max() < 0.1
    lagged = [np.corrcoef(region[1:], region[:-1])[0, 1] for region in series.values.T]
    assert np.allclose(lagged, 0.5, atol=0.06)
