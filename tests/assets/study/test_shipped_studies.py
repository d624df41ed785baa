"""Every study that is shipped runs to its end, in a small form where it is large."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.study.shipped import shipped
from attnconn_assets.study.study import load_study
from tests.hcp_tree import Tree

REPOSITORY = Path(__file__).resolve().parents[3]
STUDIES = sorted((REPOSITORY / "studies").glob("*.yaml"))

SMALL = {"hidden_dim": 4, "bottleneck_dim": 2}
FEW = {"permutations": 20, "resamples": 50}
REGIONS = 5


def small_experiment(path: Path) -> dict[str, Any]:
    """An experiment's configurations by their names, with small models trained once."""
    content = yaml.safe_load(path.read_text())

    def small(configuration: Mapping[str, Any]) -> dict[str, Any]:
        training = {**configuration["training"], "epochs": 1}
        return {"model": {**configuration["model"], **SMALL}, "training": training}

    found: dict[str, Any] = {}
    if "group" in content:
        found["group"] = {name: small(each) for name, each in content["group"].items()}
    if "subject" in content:
        found["subject"] = small(content["subject"])
    if "fine_tuning" in content:
        found["fine_tuning"] = {**content["fine_tuning"], "epochs": 1}
    return found


def hcp(folder: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Four subjects of each group with test and retest, and the tables that the study names."""
    (folder / "hcp").mkdir()
    tree, rng = Tree(folder / "hcp"), np.random.default_rng(0)
    keys = np.repeat(np.arange(1, REGIONS + 1), 20 // REGIONS)
    tree.atlas("atlas.dlabel.nii", keys, {key: f"r{key}" for key in set(keys.tolist())})
    subjects = [f"10000{number}" for number in range(1, 9)]
    for subject, ending in itertools.product(subjects, ("", "_retest")):
        for run in ("REST1_LR", "REST1_RL", "REST2_LR", "REST2_RL"):
            values = rng.normal(size=(40, 20)).cumsum(axis=0)
            tree.dense(f"{subject}{ending}", f"rfMRI_{run}", tree.models(), values)
    groups = ["train", "test"] * 4
    tree.table(pd.DataFrame({"Subject": subjects, "Group": groups}).to_csv(index=False))
    *targets, _ = content["behaviour"]["targets"]
    numbers = {name: rng.normal(size=8) for name in [*targets, "FS_a", "FS_b"]}
    numbers |= {"Age": ["22-25", "26-30"] * 4, "Gender": ["F", "M", "M", "F"] * 2}
    table = pd.DataFrame({"Subject": subjects, **numbers})
    table.to_csv(folder / "phenotypes.csv", index=False)
    return {
        "root": "hcp",
        "atlas": "atlas.dlabel.nii",
        "subjects": "subjects.csv",
        "phenotypes": "phenotypes.csv",
        "frames_per_run": 40,
    }


@pytest.mark.studies
@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_it_runs_to_its_end(path, run_line, instance, tmp_path):
    content = yaml.safe_load(path.read_text())
    changes: dict[str, Any] = {"fingerprint": {**content.get("fingerprint", {}), **FEW}}
    changes["behaviour"] = {**content.get("behaviour", {}), "permutations": 20, "repeats": 1}
    match content["source"]:
        case "hcp_sample":
            cache = REPOSITORY / ".sample"
            if not any(cache.glob("*.whl")):
                pytest.skip("needs the sample in .sample/")
            methods = ["pearson", "var_identification", "attention_group_attnconn"]
            changes |= {"cache": str(cache), "methods": methods}
        case "hcp":
            changes |= hcp(tmp_path, content)
        case "simulated":
            changes |= {"n_subjects": 8, "n_regions": REGIONS, "n_frames": 150}
    if "recovery" in content:
        # The published experiment trains for ten minutes; tests/assets has it in a form of its own.
        some = [content["recovery"]["simulated"][place] for place in (0, 1)]
        changes["recovery"] = {**content["recovery"], "data_sets": 2, "simulated": some}
    files = []
    for name in content["experiments"]:
        small = small_experiment(shipped(f"experiments/{name}.yaml"))
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(yaml.safe_dump(small))
    changes["experiments"] = [str(file) for file in files]
    study_file = tmp_path / path.name
    study_file.write_text(yaml.safe_dump({**content, **changes}))
    study = load_study(study_file)
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    assert outcome.waiting == {}
    assert "Not made" not in report_path(study).read_text()
