import pytest

from attnconn_core.connectivity import METHODS
from attnconn_core.errors import ParameterError
from attnconn_core.export import bids_label, check_labels, folder_of
from attnconn_core.export.names import file_name, method_label
from attnconn_core.records import Session


def test_labels_have_letters_and_digits_only():
    assert bids_label("Schaefer2018_100Parcels_17Networks_order") == (
        "Schaefer2018100Parcels17NetworksOrder"
    )
    assert bids_label("AAL2") == "AAL2"
    with pytest.raises(ParameterError, match=r"letter or digit.*got '--'"):
        bids_label("--")


def test_every_method_has_a_label_of_its_own():
    check_labels([], METHODS.values())
    labels = {method_label(name) for name in METHODS}
    assert len(labels) == len(METHODS)
    assert "pearsoncorrelation" in labels
    assert all(label.isalnum() for label in labels)


def test_files_are_named_as_xcp_d_names_them():
    assert file_name(Session("01", "1"), "AAL2", "pearsoncorrelation", "relmat.tsv") == (
        "sub-01_ses-1_task-rest_seg-AAL2_stat-pearsoncorrelation_relmat.tsv"
    )
    assert folder_of(Session("a-b", "1")) == "sub-aB/ses-1/func"


def test_sessions_that_would_have_the_same_files_are_refused():
    with pytest.raises(ParameterError, match="sub-a-b_ses-1 and sub-aB_ses-1 would both be sub-aB"):
        check_labels([Session("a-b", "1"), Session("aB", "1")], [])
    with pytest.raises(ParameterError, match="sub-a_ses-1 and sub-A_ses-1"):
        check_labels([Session("a", "1"), Session("A", "1")], [])
    check_labels([Session("a", "1"), Session("a", "2")], [])
