"""The numbered examples run from an empty folder, say what they promise, and stay short."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from tests.bids_dataset import FmriPrep, surface_atlas

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "examples.md").read_text(encoding="utf-8")

# Example → what it prints last.
PRINTS = {
    "01_matrix_of_a_scan": r"lagged_partial +1 → 2: 0\.\d\d   2 → 1: 0\.\d\d",
    "02_granger_causality": r"sub-002_ses-retest: R² 0\.\d\d, region-\d sends the most",
    "03_train_attention": r"correlation of the two matrices: 0\.9\d\d",
    "04_fingerprint": r"lagged_correlation +identified \d+%, .*n = 12\)",
    "05_predict_behaviour": r"Null +r = -?0\.\d\d, R² = .*, p = [01]\.\d+",
    "06_compare_two_groups": r"p = 0\.0\d\d: region-002–region-001, .*region-003",
    "07_which_edges": r"region-002–region-001: r = 0\.\d\d",
    "08_known_network": r"granger +AUROC 0\.9\d, orientation 0\.[89]\d",
    "09_scikit_learn": r"best: .*lags.*accuracy 0\.[789]\d \(n = 24\)",
    "10_your_own_files": r"attnconn --study mine\.yaml run",
}


def files() -> list[Path]:
    return sorted((REPOSITORY / "examples").glob("[0-9][0-9]_*.py"))


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run an example in an empty folder; return the lines that it prints."""
    monkeypatch.chdir(tmp_path)

    def example(name: str, *arguments: str) -> list[str]:
        file = REPOSITORY / "examples" / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(file), *arguments])
        runpy.run_path(str(file), run_name="__main__")
        return capsys.readouterr().out.splitlines()

    return example


@pytest.mark.parametrize("name", PRINTS)
def test_it_runs_and_prints(run, name):
    assert re.fullmatch(PRINTS[name], run(name)[-1])


def test_scans_of_fmriprep_are_cleaned_and_cut(run, tmp_path):
    dataset = FmriPrep(tmp_path / "fmriprep")
    dataset.session("01", "1", moved=(40, 43, 90), unsteady=2)
    atlas = surface_atlas(tmp_path / "four.dlabel.nii")
    told = run("11_clean_fmriprep", "fmriprep", str(atlas))
    assert told[0] == "sub-01_ses-1 [38, 46, 29] frames per run"
    with pytest.raises(SystemExit, match="usage: 11_clean_fmriprep"):
        run("11_clean_fmriprep")


def test_each_is_tested_short_and_in_the_gallery():
    names = [file.stem for file in files()]
    assert names == [*PRINTS, "11_clean_fmriprep"]
    for file in files():
        assert len(file.read_text(encoding="utf-8").splitlines()) < 60
        assert f"literalinclude}} ../examples/{file.name}" in PAGE
