"""Evidence of directions in a file: the same again, and equal sums in equal files."""

import numpy as np
import pytest
from safetensors.numpy import save

from attnconn_assets.storage.directions import read_directions, write_directions
from attnconn_assets.storage.moments import write_moments
from attnconn_core.connectivity.pooled_directions import PooledDirections
from attnconn_core.errors import StoreError
from attnconn_core.forecasting import PooledMoments
from attnconn_core.records import TimeSeries


@pytest.fixture(scope="module")
def pooled():
    rng = np.random.default_rng(0)
    regions = ("a", "b", "c")
    scans = [TimeSeries((rng.standard_normal((40, 3)),), 0.7, regions) for _ in range(3)]
    sums = PooledDirections(scans[0].regions, {"x": 0, "y": 1, "z": 0})
    return sums.plus("x", scans[:2]).plus("z", scans[2:])  # y has no scan


def test_what_is_written_is_read(pooled, tmp_path):
    write_directions(tmp_path / "d", pooled)
    again = read_directions(tmp_path / "d")
    assert again.regions == pooled.regions
    assert dict(again.group_of) == dict(pooled.group_of)
    for one, other in zip(pooled.outside("y"), again.outside("y"), strict=True):
        assert np.array_equal(one, other)
    write_directions(tmp_path / "again", again)
    assert (tmp_path / "d").read_bytes() == (tmp_path / "again").read_bytes()


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "d"
    write_moments(path, PooledMoments(1, ("a",), {}))
    with pytest.raises(StoreError, match="must hold attnconn pooled directions 1; holds attnconn"):
        read_directions(path)
    path.write_bytes(save({}, {"attnconn": '{"format": "attnconn pooled directions 1"}'}))
    with pytest.raises(StoreError, match="isn't a file of pooled directions: 'numbers'"):
        read_directions(path)
