"""A folder of fMRIPrep or XCP-D goes from ``attnconn init`` to a report, as a new user's would.

The drafted file is used as it was written. What is added to it are the lines that the draft, and
then ``attnconn check``, ask for.
"""

import shutil

import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import load_study
from tests.bids_dataset import FmriPrep, XcpD, surface_atlas

SESSIONS = [(subject, session) for subject in ("01", "02") for session in ("1", "2")]
FEW_METHODS = ("--set", "methods=[pearson, granger]")


@pytest.fixture
def folder(tmp_path, empty_tracking, monkeypatch):
    """The folder in which the user works."""
    shutil.copytree(empty_tracking, tmp_path / "mlruns")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / ".dagster"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def attnconn(capfd):
    """Run a command; return its exit status and what it printed."""

    def run(*words: str) -> tuple[int, str]:
        status = main(list(words))
        printed = capfd.readouterr()
        return status, printed.out + printed.err

    return run


def checked_report(study_file, measured):
    """Return the report of a study whose sessions have these measures of quality."""
    study = load_study(study_file)
    store = store_of(study)
    for subject, session in SESSIONS:
        key = f"sub-{subject}_ses-{session}"
        quality = store.entry("quality", key).facts["measured"]
        assert {name: quality[name] for name in measured} == measured
        assert store.find("granger", key) is not None
    assert store.entry("fingerprint", WHOLE).facts["pairs"] == 2
    return report_path(study).read_text(encoding="utf-8")


def test_from_a_folder_of_fmriprep(folder, attnconn):
    dataset = FmriPrep(folder / "fmriprep")
    for number, who in enumerate(SESSIONS):
        dataset.session(*who, seed=number, moved=(40,), unsteady=2)
        dataset.session(*who, seed=number + 10, task="nback")
    surface_atlas(folder / "four.dlabel.nii")

    status, printed = attnconn("init", "fmriprep", *FEW_METHODS)
    draft = folder / "fmriprep.yaml"
    assert (status, "(when the errors are corrected)" in printed) == (1, True)
    assert "# To correct:\n#   atlas: must be given" in draft.read_text()
    assert "\ntask: rest\n" in draft.read_text()  # there is another

    _add(draft, "atlas: four.dlabel.nii")
    status, printed = attnconn("--study", "fmriprep.yaml", "check")
    assert status == 0, printed
    assert "each session has 118 frames in 1 run, repetition time 2 s" in printed
    status, printed = attnconn("--study", "fmriprep.yaml", "run")
    assert status == 0, printed

    # The confounds of the draft: 24 of motion, two cosines, white matter and CSF; mean and trend.
    left = {"frames": 118, "unsteady_frames": 2, "degrees_of_freedom": 118 - 28 - 2}
    report = checked_report(draft, left)
    assert "fmriprep (bids)" in report
    assert "Granger" in report


def test_from_a_folder_of_xcpd(folder, attnconn):
    dataset = XcpD(folder / "xcp_d")
    for number, who in enumerate(SESSIONS):
        dataset.parcels(*who, seed=number, censored=(40, 43, 90))

    status, printed = attnconn("init", "xcp_d", *FEW_METHODS)
    draft = folder / "xcp_d.yaml"
    assert status == 0, printed
    assert "To correct" not in draft.read_text()
    assert "#   each session has 115 frames in 3 runs, repetition time 2 s, 4 regions\n" in (
        draft.read_text()
    )
    for command in ("check", "run"):
        status, printed = attnconn("--study", "xcp_d.yaml", command)
        assert status == 0, printed

    left = {"frames": 115, "scrubbed_frames": 3, "short_segment_frames": 2, "coverage_min": 0.75}
    report = checked_report(draft, left)
    assert "xcp_d (bids)" in report
    assert "Granger" in report


def _add(file, line):
    file.write_text(f"{file.read_text()}{line}\n")
