"""Cleaning, held against nilearn's own path and Connectome Workbench."""

import shutil
import subprocess

import nibabel as nib
import numpy as np
import pytest
from nilearn import signal
from nilearn.interfaces.fmriprep import load_confounds
from nilearn.maskers import NiftiLabelsMasker

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.parcellation import read_ptseries
from attnconn_core.records import TimeSeries
from attnconn_core.sources.bids.cleaning import Band, clean, degrees_of_freedom
from attnconn_core.sources.bids.derivatives import BidsDerivatives
from attnconn_core.sources.bids.settings import Confounds, Scrub
from tests.bids_dataset import REGIONS, SECONDS, label_image

MOVED = (30, 33, 80)
FEW = Confounds(strategy=("motion", "wm_csf", "global_signal"), motion="basic")


def by_nilearn(scan) -> dict:
    values, mask = load_confounds(
        str(scan),
        strategy=(*FEW.strategy, "scrub"),
        motion="basic",
        fd_threshold=0.5,
        std_dvars_threshold=np.inf,
    )
    return {"confounds": values, "sample_mask": mask}


@pytest.mark.parametrize("band", [{}, {"low_pass": 0.2, "high_pass": 0.02}], ids=["all", "band"])
def test_volumes_equal_nilearns_masker_and_clean(fmriprep, labels, band):
    fmriprep.session("01", "1", moved=MOVED, unsteady=2)
    scan = fmriprep.volume("01", "1")
    source = BidsDerivatives(fmriprep.root, labels, confounds=FEW, scrub=Scrub(), **band)
    (session,) = source.sessions()
    series = source.load(session)
    masker = NiftiLabelsMasker(
        nib.load(labels),
        detrend=True,
        standardize=None,
        t_r=SECONDS,
        **band,
    )
    expected = masker.fit_transform(nib.load(scan), **by_nilearn(scan))
    # The masker computes in single precision, which leaves a little of the mean of 10,000.
    expected -= expected.mean(axis=0) - series.values.mean(axis=0)
    np.testing.assert_allclose(series.values, expected, atol=1e-3)  # of a deviation of 7
    assert [len(run) for run in series.runs] == [28, 46, 39]
    assert source.shape(session).runs == (28, 46, 39)
    assert (series.regions, series.repetition_time) == (REGIONS, SECONDS)


@pytest.mark.parametrize("band", [{}, {"low_pass": 0.2}], ids=["all", "band"])
def test_dense_series_equal_workbench_and_then_nilearn(fmriprep, source, surfaces, tmp_path, band):
    if shutil.which("wb_command") is None:
        pytest.skip("needs wb_command")
    scan, _ = fmriprep.session("01", "1", moved=MOVED, unsteady=2)
    parcels = tmp_path / "wb.ptseries.nii"
    command = ["wb_command", "-cifti-parcellate", scan, surfaces, "COLUMN", parcels]
    subprocess.run(command, check=True, capture_output=True)
    expected = signal.clean(
        read_ptseries(parcels).values.astype(float),
        standardize=None,
        t_r=SECONDS,
        filter="butterworth" if band else False,
        **by_nilearn(scan),
        **band,
    )
    dense = source(confounds=FEW, scrub=Scrub(), **band)
    np.testing.assert_allclose(dense.load(dense.sessions()[0]).values, expected, atol=2e-3)


def test_cleaning_removes_confounds_but_not_what_is_orthogonal():
    rng = np.random.default_rng(0)
    noise, own = rng.normal(size=(200, 2)), rng.normal(size=(200, 3))
    mixed = TimeSeries((own + noise @ rng.normal(size=(2, 3)) + 100,), SECONDS, tuple("abc"))
    cleaned = clean(mixed, noise, np.ones(200, dtype=bool), Band())
    assert np.abs(noise.T @ (cleaned - cleaned.mean(axis=0))).max() < 1e-2
    correlated = [np.corrcoef(own[:, each], cleaned[:, each])[0, 1] for each in range(3)]
    assert min(correlated) > 0.97


@pytest.mark.parametrize("band", [Band(), Band(0.02, 0.2)], ids=["all", "band"])
@pytest.mark.parametrize("left_out", [(50, 51), (40, 79), (0, 119), (0, 1, 60, 118, 119)], ids=str)
def test_frames_that_are_left_out_have_no_part_in_anything(band, left_out):
    # nilearn 0.14 alone filters 40 and 79, which lie as far from the start as from the end.
    rng = np.random.default_rng(1)
    values, confounds = rng.normal(size=(120, 3)), rng.normal(size=(120, 2))
    kept = ~np.isin(np.arange(120), left_out)

    def cleaned(shift: float) -> np.ndarray:
        moved, moving = values.copy(), confounds.copy()
        moved[~kept] += shift
        moving[~kept] -= shift
        return clean(TimeSeries((moved,), SECONDS, tuple("abc")), moving, kept, band)

    still = cleaned(0.0)
    assert np.isnan(still[~kept]).all()
    np.testing.assert_array_equal(still[kept], cleaned(1e4)[kept])


def test_a_filter_passes_its_band_and_no_other():
    time = np.arange(300) * SECONDS
    waves = np.stack([np.sin(2 * np.pi * f * time) for f in (0.005, 0.05, 0.2)], axis=1)
    series = TimeSeries((waves,), SECONDS, tuple("abc"))
    cleaned = clean(series, np.zeros((300, 0)), np.ones(300, dtype=bool), Band(0.02, 0.1))
    slow, middle, fast = (cleaned[50:-50] ** 2).mean(axis=0) / (waves[50:-50] ** 2).mean(axis=0)
    assert slow < 0.05
    assert fast < 0.05
    assert middle > 0.9


def test_what_remains_is_counted(tmp_path):
    assert degrees_of_freedom(tmp_path, 100, 8, Band(), SECONDS) == 100 - 8 - 2
    assert degrees_of_freedom(tmp_path, 100, 8, Band(low_pass=0.125), SECONDS) == 50 - 8 - 2
    with pytest.raises(ScanError, match=r"leave degrees of freedom; 30 frames .* 28 confounds"):
        degrees_of_freedom(tmp_path, 30, 28, Band(), SECONDS)


@pytest.mark.parametrize("limits", [(0.25, None), (None, 0.3)])
def test_a_limit_above_the_highest_frequency_is_refused(tmp_path, limits):
    with pytest.raises(StudyError, match=r"_pass must be below 0\.25 Hz, .* time 2 s; got 0\."):
        degrees_of_freedom(tmp_path, 100, 0, Band(*limits), SECONDS)


def test_limits_are_in_order():
    with pytest.raises(StudyError, match=r"high_pass must be below low_pass.* 0\.1 Hz .* 0\.01 Hz"):
        Band(0.1, 0.01)


def test_an_empty_strategy_leaves_a_scan_as_it_is(fmriprep, tmp_path):
    fmriprep.session("01", "1", moved=MOVED)
    scan = fmriprep.volume("01", "1")
    image = label_image(tmp_path / "four.nii.gz")
    source = BidsDerivatives(fmriprep.root, image, confounds=Confounds(strategy=()), scrub=Scrub())
    series = source.load(source.sessions()[0])
    whole = NiftiLabelsMasker(nib.load(image), standardize=None).fit_transform(nib.load(scan))
    kept = [*range(30), *range(34, 80), *range(81, 120)]
    np.testing.assert_allclose(series.values, whole[kept], rtol=1e-6)
