"""Datasets of fMRIPrep and of XCP-D go through the command to a report."""

import shutil
from pathlib import Path

import pytest
import yaml

from attnconn_assets.__main__ import main
from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import load_study
from tests.assets.conftest import TINY_EXPERIMENT
from tests.bids_dataset import REGIONS, FmriPrep, XcpD, surface_atlas

SESSIONS = [(subject, session) for subject in ("01", "02") for session in ("1", "2")]
SMALL = {
    "source": "bids",
    "methods": ["pearson", "partial", {"granger": {"lags": 1, "alpha": 1.0}}],
    "experiments": ["tiny.yaml"],
    "fingerprint": {"permutations": 20},
    "reliability": {"seeds": 1},
}
MOVED = (40, 43, 90)


def fmriprep(folder: Path) -> dict:
    """Runs of 38, 46 and 29 frames: two unsteady frames, three that moved, two between these."""
    dataset = FmriPrep(folder / "fmriprep")
    for number, who in enumerate(SESSIONS):
        dataset.session(*who, seed=number, moved=MOVED, unsteady=2)
        dataset.volume(*who, n_frames=30)  # another space, whose tables these aren't
    surface_atlas(folder / "four.dlabel.nii")
    return {
        "root": "fmriprep",
        "atlas": "four.dlabel.nii",
        "task": "rest",
        "space": "fsLR",
        "confounds": {"strategy": ["motion", "wm_csf", "high_pass"], "motion": "basic"},
        "scrub": {"fd_threshold": 0.5},
        "exclude": {"max_motion_mean": 0.3, "min_coverage_min": 0.5},
    }


def xcpd(folder: Path) -> dict:
    dataset = XcpD(folder / "xcp_d")
    for number, who in enumerate(SESSIONS):
        dataset.parcels(*who, seed=number, censored=MOVED)
    return {"root": "xcp_d", "select": {"seg": "Tiny"}}


@pytest.mark.parametrize(
    ("make", "runs", "left_out"),
    [
        (fmriprep, [38, 46, 29], {"unsteady_frames": 2, "degrees_of_freedom": 113 - 10 - 2}),
        (xcpd, [40, 46, 29], {"unsteady_frames": 0}),
    ],
    ids=["fmriprep", "xcpd"],
)
def test_a_dataset_goes_to_a_report(
    tmp_path, empty_tracking, monkeypatch, capfd, make, runs, left_out
):
    shutil.copytree(empty_tracking, tmp_path / "mlruns")
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY_EXPERIMENT))
    path = tmp_path / "study.yaml"
    keys = {"name": make.__name__, "title": f"Derivatives of {make.__name__}", **SMALL}
    path.write_text(yaml.safe_dump({**keys, **make(tmp_path)}))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / ".dagster"))

    assert main(["--study", str(path), "check"]) == 0
    said = capfd.readouterr().out
    assert "2 subjects, 4 sessions: 1 (2), 2 (2)" in said
    assert f"each session has {sum(runs)} frames in 3 runs, repetition time 2 s" in said
    assert main(["--study", str(path), "run"]) == 0

    study = load_study(path)
    store, source = store_of(study), study.make_source()
    for subject, session in SESSIONS:
        key = f"sub-{subject}_ses-{session}"
        entry = store.entry("quality", key)
        measured = entry.facts["measured"]
        assert measured["frames"] == sum(runs)
        expected = {"scrubbed_frames": 3, "short_segment_frames": 2, **left_out}
        assert {name: measured[name] for name in expected} == expected
        assert measured["motion_max"] == 0.9
    (first, *_) = source.sessions()
    series = source.load(first)
    assert [len(run) for run in series.runs] == runs
    assert series.regions == REGIONS
    read = str(store.entry("time_series", first.key).facts)
    assert all(file.name in read for file in (*first.files, *source.series_files(first)))
    report = report_path(study).read_text(encoding="utf-8")
    assert study.title in report
    assert "Partial correlation" in report
    assert store.entry("fingerprint", WHOLE).facts["pairs"] == 2
