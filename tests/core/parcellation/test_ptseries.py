import nibabel as nib
import numpy as np
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.parcellation import read_ptseries


def parcels(cifti, *names):
    return nib.cifti2.ParcelsAxis.from_brain_models([(name, cifti.cortex()) for name in names])


def test_a_real_file(shared):
    path = shared / "data" / "cifti" / "sub-RAPIDTIDETEST_cifti.ptseries.nii"
    series = read_ptseries(path)
    assert series.repetition_time == 0.72
    assert series.regions[-1] == "DIENCEPHALON_VENTRAL_RIGHT"
    with nib.imageglobals.LoggingOutputSuppressor():
        expected = nib.load(path).get_fdata()
    np.testing.assert_array_equal(series.values, expected)


def test_values_names_and_time(cifti):
    values = np.arange(8.0).reshape(4, 2)
    axis = nib.cifti2.SeriesAxis(0, 1.5, 4)
    series = read_ptseries(cifti.write("a.ptseries.nii", axis, parcels(cifti, "a", "b"), values))
    assert (series.regions, series.repetition_time) == (("a", "b"), 1.5)
    np.testing.assert_array_equal(series.values, values)


def test_other_files_are_refused(cifti):
    dense = cifti.series("a.dtseries.nii", cifti.cortex(), np.ones((2, 68)))
    with pytest.raises(ScanError, match=r"a\.dtseries\.nii: must be a parcellated.*series × dense"):
        read_ptseries(dense)


def test_repeated_names_are_refused(cifti):
    axis = nib.cifti2.SeriesAxis(0, 1.5, 1)
    path = cifti.write("a.ptseries.nii", axis, parcels(cifti, "a", "a"), [[1.0, 2.0]])
    with pytest.raises(ScanError, match=r"a\.ptseries\.nii: .*more than once: a"):
        read_ptseries(path)
