import numpy as np
import pytest
import scipy.io

from attnconn_core.errors import ScanError
from attnconn_core.sources import SIMULATED_TRUTHS, read_known_truth, simulated_truth

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(2, 30, 3)).astype(np.float32)
NETWORKS = np.zeros((2, 3, 3))
NETWORKS[:, 0, 2] = 0.5  # node 1 → node 3, row = source


def test_an_npz_is_read_with_its_networks_turned(tmp_path):
    path = tmp_path / "sim.npz"
    np.savez(path, ts=SERIES, net=NETWORKS, adj=np.eye(3, dtype=bool))
    found = read_known_truth(path, "sim", 3.0)
    assert len(found.series) == 2
    np.testing.assert_array_equal(found.series[1].values, SERIES[1])
    assert found.series[0].repetition_time == 3.0
    assert found.truths[0][2, 0] == 0.5  # [target, source]
    assert found.truths[0][0, 2] == 0


def test_one_network_may_stand_for_all(tmp_path):
    path = tmp_path / "network.npz"
    np.savez(path, ts=SERIES, adj=NETWORKS[0] != 0)
    found = read_known_truth(path, "network", 1.2)
    assert [truth[2, 0] for truth in found.truths] == [1.0, 1.0]
    assert len(found.head(1).series) == 1
    assert len(found.head(None).series) == 2


def test_netsims_own_files_are_read(tmp_path):
    path = tmp_path / "sim1.mat"
    content = {"ts": SERIES.reshape(60, 3), "net": NETWORKS, "Nsubjects": 2, "Nnodes": 3}
    scipy.io.savemat(path, content)
    found = read_known_truth(path, "sim1", 3.0)
    np.testing.assert_array_equal(found.series[1].values, SERIES[1])
    assert found.truths[1][2, 0] == 0.5


@pytest.mark.parametrize(
    ("arrays", "complaint"),
    [
        ({"ts": SERIES}, "must hold ts and net or adj; got ts"),
        ({"ts": SERIES[0], "adj": NETWORKS[0]}, r"got \(30, 3\) and \(3, 3\)"),
        ({"ts": SERIES, "adj": np.eye(4)}, r"data set 1 must be \(3, 3\); got \(4, 4\)"),
        ({"ts": SERIES, "net": NETWORKS[:1]}, "got 2 data sets and 1 graphs"),
        ({"ts": SERIES.astype(complex), "adj": np.eye(3)}, "real numbers; got complex128"),
        ({"ts": np.array([[["a"]]]), "adj": np.eye(1)}, "real numbers; got <U1"),
        ({"ts": np.array([None], dtype=object), "adj": np.eye(1)}, "can't be read as an .npz"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_file(tmp_path, arrays, complaint):
    path = tmp_path / "odd.npz"
    np.savez(path, **arrays)
    with pytest.raises(ScanError, match=f"odd.npz: .*{complaint}"):
        read_known_truth(path, "odd", 1.0)


@pytest.mark.parametrize(("name", "content"), [("a.npz", b"no zip"), ("a.mat", b"no matrix" * 40)])
def test_another_kind_of_file_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ScanError, match=f"{name}: can't be read as"):
        read_known_truth(path, "odd", 1.0)


def test_a_mat_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.mat"
    scipy.io.savemat(path, {"x": np.eye(2)})
    with pytest.raises(ScanError, match=r"other.mat: lacks 'ts'"):
        read_known_truth(path, "other", 1.0)


@pytest.mark.parametrize("name", SIMULATED_TRUTHS)
def test_simulated_truths_are_the_same_every_time(name):
    first, again = (simulated_truth(name, 2, seed=3) for _ in range(2))
    other = simulated_truth(name, 2, seed=4)
    assert first.name == name
    np.testing.assert_array_equal(first.series[1].values, again.series[1].values)
    assert not np.array_equal(first.series[1].values, other.series[1].values)
    assert not np.array_equal(first.truths[0], first.truths[1])
