from pathlib import Path

import pytest

from attnconn_core.errors import IdentifierError
from attnconn_core.sources.bids.entities import read_bids_name


def test_a_name_has_entities_suffix_and_ending():
    name = read_bids_name(
        Path(
            "/x/sub-01_ses-a_task-rest_run-02_space-MNI152NLin6Asym_res-2_desc-preproc_bold.nii.gz"
        )
    )
    assert name.entities == {
        "sub": "01",
        "ses": "a",
        "task": "rest",
        "run": "02",
        "space": "MNI152NLin6Asym",
        "res": "2",
        "desc": "preproc",
    }
    assert (name.subject, name.session, name.suffix, name.ending) == ("01", "a", "bold", ".nii.gz")
    assert set(name.without("res", "desc")) == {"sub", "ses", "task", "run", "space"}


def test_a_value_may_hold_hyphens_and_a_session_may_lack():
    name = read_bids_name(Path("sub-HC-04_seg-4S156Parcels_stat-mean_timeseries.ptseries.nii"))
    assert (name.subject, name.session, name.ending) == ("HC-04", "test", ".ptseries.nii")


@pytest.mark.parametrize(
    "name",
    [
        "sub-01_task-rest_run-1_run-2_bold.nii.gz",
        "sub-01_rest_bold.nii.gz",
        "sub-_bold.nii.gz",
        "sub-01_task-rest_bold (1).nii.gz",
        "sub-01_task-rest_bold.mat",
    ],
)
def test_a_name_that_breaks_the_rule_is_refused(name):
    with pytest.raises(IdentifierError, match=r"must be named as BIDS names files.*got 'sub-"):
        read_bids_name(Path(name))
