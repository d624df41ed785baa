import numpy as np
from nibabel.cifti2 import SeriesAxis

from attnconn_core.parcellation import RegionTable
from attnconn_core.sources import BidsDerivatives, Confounds
from attnconn_core.sources.coverage import CoverageReader, coverage_measures, least_coverage
from tests.bids_dataset import FmriPrep, surface_atlas
from tests.hcp_tree import cortex, write


class Reader(CoverageReader):
    """Has the coverage of two regions for files that it is given."""

    table = RegionTable.from_names(("a", "b"))

    def __init__(self, **shares):
        self.shares = shares

    def coverage(self, path):
        return self.shares[path.name]


def test_the_least_share_over_the_scans_counts(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    reader = Reader(one=np.array([1.0, 0.5]), two=np.array([0.25, 0.75]))
    assert least_coverage((one, two), reader) == {"a": 0.25, "b": 0.5}
    assert coverage_measures({"a": 0.25, "b": 0.5}) == {
        "coverage_min": 0.25,
        "coverage_mean": 0.375,
    }


def test_nothing_is_known_unless_every_scan_has_it(tmp_path):
    files = (tmp_path / "one", tmp_path / "two")
    assert least_coverage(files, Reader(one=np.ones(2), two=None)) == {}
    assert coverage_measures({}) == {}


def test_another_reader_reads_the_file_again(tmp_path):
    files = (tmp_path / "one",)
    assert least_coverage(files, Reader(one=np.ones(2))) == {"a": 1.0, "b": 1.0}
    assert least_coverage(files, Reader(one=np.zeros(2))) == {"a": 0.0, "b": 0.0}


def test_a_replaced_scan_is_read_by_a_new_source(tmp_path):
    dataset = FmriPrep(tmp_path / "fmriprep")
    dataset.session("01", "1", n_frames=60)
    keys = {"atlas": surface_atlas(tmp_path / "four.dlabel.nii"), "confounds": Confounds(())}
    source = BidsDerivatives(dataset.root, **keys)
    (session,) = source.sessions()
    assert source.coverage(session)["A"] == 1
    values = np.random.default_rng(0).normal(size=(60, 20))
    values[:, 0] = 7.0
    write(session.files[0], SeriesAxis(0, 2.0, 60), cortex(), values)
    assert BidsDerivatives(dataset.root, **keys).coverage(session)["A"] == 0.8
