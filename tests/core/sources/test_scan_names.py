import pytest

from attnconn_core.errors import IdentifierError
from attnconn_core.sources.scan_names import nearly_one_subject, split_retest, split_scan_name


@pytest.mark.parametrize(
    ("name", "subject", "session"),
    [
        ("100307", "100307", None),
        ("100307_retest", "100307", "retest"),
        ("HCA6000001_V1_MR", "HCA6000001", "V1"),
        ("HCD0001305_V2_MR", "HCD0001305", "V2"),
        ("1001_01_MR", "1001", "01"),
        ("NDAR_INV00000001", "NDARINV00000001", None),
        ("NDARINV00000001", "NDARINV00000001", None),
        ("NDAR_INV0A1_baseline_year_1_arm_1", "NDARINV0A1", "baselineYear1Arm1"),
    ],
)
def test_subject_and_session_of_every_project(name, subject, session):
    assert split_scan_name(name) == (subject, session)
    assert split_retest(name) == (subject, session or "test")


@pytest.mark.parametrize("name", ["a_b", "_retest", "../x", "a b_V1_MR", ""])
def test_other_names_are_refused(name):
    with pytest.raises(IdentifierError, match="a subject must be"):
        split_scan_name(name)


def test_names_that_differ_by_case_or_zeros_may_be_one_subject():
    found = nearly_one_subject(["007", "07", "7", "NDAR1", "ndar1", "8", "80", "0"])
    assert found.partition(" differ")[0] == "007 and 07 and 7, NDAR1 and ndar1"
    assert nearly_one_subject(["1", "10", "a"]) == ""


def test_many_such_names_are_counted():
    found = nearly_one_subject([f"{zero}{n}" for zero in ("", "0") for n in range(1, 9)])
    assert found.partition(" differ")[0] == "01 and 1, 02 and 2, 03 and 3 and 5 more"
