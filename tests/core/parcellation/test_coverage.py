"""Coverage counts the vertices of a region that hold a signal, and nothing else."""

import numpy as np
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.parcellation import coverage, load_atlas

WALL = 6  # vertices 0 to 5 are the medial wall


@pytest.fixture
def signal(cifti):
    """Both hemispheres without their walls: (time, 68)."""
    values = np.random.default_rng(0).normal(size=(20, 68)).astype(np.float32)
    return cifti.cortex(), values


def test_a_whole_scan_covers_every_region(cifti, atlas_path, signal):
    path = cifti.series("whole.dtseries.nii", *signal)
    np.testing.assert_array_equal(coverage(path, load_atlas(atlas_path)), np.ones(4))


def test_still_and_broken_vertices_are_not_covered(cifti, atlas_path, signal):
    models, values = signal
    values[:, 0] = 3.0  # of the first region's ten
    values[:, 1] = np.nan
    values[5, 2] = np.inf
    values[:, 34] = 0.0  # of the third's ten
    path = cifti.series("holes.dtseries.nii", models, values)
    np.testing.assert_allclose(coverage(path, load_atlas(atlas_path)), [0.7, 1, 0.9, 1])


def test_vertices_that_the_scan_leaves_out_are_not_covered(cifti, atlas_path):
    models = cifti.cortex(wall=WALL + 4)  # four more, of the first and third region's ten
    values = np.random.default_rng(0).normal(size=(20, len(models)))
    path = cifti.series("cut.dtseries.nii", models, values)
    np.testing.assert_allclose(coverage(path, load_atlas(atlas_path)), [0.6, 1, 0.6, 1])


def test_a_file_that_is_cut_is_refused(cifti, atlas_path, signal):
    path = cifti.series("cut.dtseries.nii", *signal)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ScanError, match=r"cut\.dtseries\.nii: a file must hold all"):
        coverage(path, load_atlas(atlas_path))


def test_the_real_scan_is_covered(shared):
    scan = next((shared / "data").rglob("*.dtseries.nii"))
    atlas = next((shared / "data").rglob("*.dlabel.nii"))
    found = coverage(scan, load_atlas(atlas))
    assert found.min() > 0.5
    assert found.max() <= 1
