import json

import numpy as np
import pytest
from nilearn.interfaces.fmriprep import load_confounds

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.sources.bids.confounds import load_scan_confounds
from attnconn_core.sources.bids.frame_tables import frame_displacement
from attnconn_core.sources.bids.settings import Confounds, Scrub
from tests.bids_dataset import confounds

MOVED = (20, 23, 60, 61, 119)


DEFAULT = Confounds()


def loaded(scan, chosen=DEFAULT, scrub=None, n_frames=120, min_segment=5):
    return load_scan_confounds(scan, n_frames, chosen, scrub, min_segment)


@pytest.mark.parametrize(
    ("strategy", "n_columns"),
    [
        (("motion",), 24),
        (("motion", "wm_csf", "high_pass"), 28),
        (("motion", "wm_csf", "high_pass", "global_signal"), 29),
        ((), 0),
    ],
)
def test_confounds_are_those_of_nilearn(fmriprep, strategy, n_columns):
    scan, _ = fmriprep.session("01", "1", moved=MOVED, unsteady=3)
    found = loaded(scan, Confounds(strategy=strategy))
    assert found.values.shape == (120, n_columns)
    if strategy:
        expected, _ = load_confounds(str(scan), strategy=strategy, motion="full")
        np.testing.assert_array_equal(found.values, expected.to_numpy())
    assert np.flatnonzero(found.unsteady).tolist() == [0, 1, 2]
    assert np.flatnonzero(~found.kept).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("limit", "dvars"), [(0.4, None), (0.19, None), (0.4, 1.15)], ids=["moved", "low", "DVARS"]
)
@pytest.mark.parametrize("min_segment", [1, 5, 12])
def test_frames_that_are_kept_are_those_of_nilearn(fmriprep, limit, dvars, min_segment):
    scan, path = fmriprep.session("01", "1", moved=MOVED, unsteady=3)
    found = loaded(scan, scrub=Scrub(limit, dvars), min_segment=min_segment)
    _, expected = load_confounds(
        str(scan),
        strategy=("motion", "scrub"),
        fd_threshold=limit,
        std_dvars_threshold=np.inf if dvars is None else dvars,
        scrub=min_segment,
    )
    np.testing.assert_array_equal(np.flatnonzero(found.kept), expected)
    moved = np.flatnonzero(frame_displacement(path) > limit)
    expected = set(moved[moved >= 3].tolist())
    assert set(MOVED) <= expected <= set(np.flatnonzero(found.scrubbed).tolist())
    assert (dvars is None) == (found.scrubbed.sum() == len(expected))


def test_components_are_those_that_the_description_lists(fmriprep):
    scan, path = fmriprep.session("01", "1")
    table = confounds(120, 1)
    rng = np.random.default_rng(2)
    about = {}
    for number in range(3):
        name = f"a_comp_cor_{number:02}"
        table[name] = rng.normal(size=120)
        about[name] = {"Mask": "combined", "Method": "aCompCor", "Retained": True}
    table.to_csv(path, sep="\t", index=False, na_rep="n/a")
    path.with_suffix(".json").write_text(json.dumps(about))
    chosen = Confounds(strategy=("compcor", "high_pass"), n_compcor=2)
    assert loaded(scan, chosen).values.shape == (120, 2 + 2)
    path.with_suffix(".json").unlink()
    with pytest.raises(ScanError, match=r"load_confounds can't take compcor, high_pass.*json"):
        loaded(scan, chosen)


@pytest.mark.parametrize(
    ("lost", "chosen", "scrub", "says"),
    [
        ("trans_x", {}, None, r"columns that motion needs; it lacks trans_x, .*Take motion"),
        ("white_matter", {}, None, "columns that wm_csf needs; it lacks white_matter"),
        ("framewise_displacement", {}, Scrub(), "that scrub needs; it lacks framewise_disp"),
        ("cosine", {}, None, "columns named cosine… for high_pass; it has none"),
        (
            "",
            {"strategy": ("ica_aroma",), "ica_aroma": "basic"},
            None,
            "named aroma… for ica_aroma",
        ),
        (
            "global_signal",
            {"strategy": ("global_signal",), "global_signal": "full"},
            None,
            "that global_signal needs; it lacks global_signal",
        ),
    ],
)
def test_a_column_that_lacks_is_named(fmriprep, lost, chosen, scrub, says):
    scan, path = fmriprep.session("01", "1")
    table = confounds(120)
    columns = [name for name in table.columns if not (lost and name.startswith(lost))]
    table[columns].to_csv(path, sep="\t", index=False, na_rep="n/a")
    with pytest.raises(ScanError, match=f"{path.name}: must have .*{says}"):
        loaded(scan, Confounds(**chosen), scrub)


def test_a_table_of_another_length_is_refused(fmriprep):
    scan, path = fmriprep.session("01", "1")
    confounds(119).to_csv(path, sep="\t", index=False, na_rep="n/a")
    with pytest.raises(ScanError, match=r"a row for each of the 120 frames .*; it has 119\."):
        loaded(scan)


def test_a_confound_that_is_no_number_is_named(fmriprep):
    scan, path = fmriprep.session("01", "1", moved=(50,))
    table = confounds(120, moved=(50,))
    table.loc[50, "rot_x"] = np.nan
    table.to_csv(path, sep="\t", index=False, na_rep="n/a")
    assert loaded(scan, scrub=Scrub()).values.shape == (120, 28)  # the frame isn't kept
    with pytest.raises(ScanError, match=r"number in every frame that is kept.*: rot_x"):
        loaded(scan)
    path.write_text(path.read_text().replace("n/a", "none"))
    with pytest.raises(ScanError, match=r"every column must hold numbers.*: "):
        loaded(scan)


def test_a_table_of_another_run_is_not_taken(fmriprep):
    scan = fmriprep.dense("01", "1", run=1)
    fmriprep.table(fmriprep.stem("01", "1", run=2), confounds(120))
    with pytest.raises(ScanError, match=r"run-1.*there is none"):
        loaded(scan)


def test_two_tables_of_one_run_are_refused(fmriprep):
    scan, _ = fmriprep.session("01", "1")
    fmriprep.table(fmriprep.stem("01", "1"), confounds(120), "desc-confounds_regressors")
    with pytest.raises(ScanError, match=r"one table of .*; 2 lie beside it: .*, .*"):
        loaded(scan)


def test_components_come_with_cosines():
    with pytest.raises(StudyError, match="compcor must come with high_pass"):
        Confounds(strategy=("compcor",))


def test_displacement_of_the_first_frame_is_zero(fmriprep):
    _, path = fmriprep.session("01", "1", moved=(7,))
    values = frame_displacement(path, 120)
    assert (values[0], values[7]) == (0, 0.9)
    table = confounds(120)
    table.loc[9, "framewise_displacement"] = -1
    table.to_csv(path, sep="\t", index=False, na_rep="n/a")
    with pytest.raises(ScanError, match=r"in every frame but the first; row 10 has -1"):
        frame_displacement(path)
