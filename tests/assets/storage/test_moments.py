"""Pooled moments in a file: the same again, and equal moments in equal files."""

import numpy as np
import pytest
from safetensors.numpy import save

from attnconn_assets.storage.moments import read_moments, write_moments
from attnconn_core.errors import StoreError
from attnconn_core.forecasting import PooledMoments, deal
from attnconn_core.records import TimeSeries


@pytest.fixture
def pooled():
    rng = np.random.default_rng(0)
    sums = PooledMoments(2, ("a", "b"), deal(["x", "y", "z"]))
    for subject in ("z", "x"):  # nobody has added a scan of y
        scan = TimeSeries((rng.standard_normal((30, 2)).astype(np.float32),), 0.7, ("a", "b"))
        sums = sums.plus(subject, scan)
    return sums


def test_what_is_written_is_read(pooled, tmp_path):
    write_moments(tmp_path / "m", pooled)
    again = read_moments(tmp_path / "m")
    assert (again.lags, again.regions) == (2, ("a", "b"))
    assert dict(again.group_of) == dict(pooled.group_of)
    for subject in ("x", "y", "z", "stranger"):
        one, other = pooled.without(subject), again.without(subject)
        assert one.n_samples == other.n_samples
        for name in ("gram", "cross", "total", "scale", "past_mean", "present_mean"):
            assert np.array_equal(getattr(one, name), getattr(other, name))


def test_equal_moments_are_equal_files(pooled, tmp_path):
    write_moments(tmp_path / "one", pooled)
    write_moments(tmp_path / "other", read_moments(tmp_path / "one"))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_another_file_is_refused(pooled, tmp_path):
    path = tmp_path / "m"
    write_moments(path, pooled)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StoreError, match="isn't a file of pooled moments"):
        read_moments(path)
    path.write_bytes(save({"a": np.zeros(2)}))
    with pytest.raises(StoreError, match="isn't a file of pooled moments"):
        read_moments(path)
    path.write_bytes(save({"a": np.zeros(2)}, {"attnconn": '{"format": "attnconn forecaster 1"}'}))
    with pytest.raises(StoreError, match="holds attnconn forecaster 1"):
        read_moments(path)
