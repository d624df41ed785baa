"""Files that a study names: whatever key they stand under, and whether they are there or not."""

import yaml

from attnconn_assets.study.named_files import named_files
from attnconn_assets.study.study import load_study


def test_experiments_tables_and_ground_truth_are_named_and_folders_are_not(write_study, tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "more").mkdir()
    path = write_study(
        source="arrays",
        root="../scans",
        repetition_time=1.0,
        regions="../regions.csv",
        phenotypes="../people.csv",
        recovery={"files": {"nets": {"file": "../nets.mat", "repetition_time": 1.0}}},
        store="../made",
        tracking="../runs",
        link_roots=["../more"],
        **dict.fromkeys(("n_subjects", "n_regions", "n_frames")),
    )
    found = named_files(load_study(path))
    names = [file.resolve().relative_to(tmp_path.resolve()).as_posix() for file in found]
    assert sorted(names) == ["experiments/tiny.yaml", "nets.mat", "people.csv", "regions.csv"]


def test_the_shortest_study_names_its_experiment(write_study, tmp_path):
    path = write_study()
    assert "phenotypes" not in yaml.safe_load(path.read_text())
    (experiment,) = named_files(load_study(path))
    assert experiment.samefile(tmp_path / "experiments" / "tiny.yaml")
