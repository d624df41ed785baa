"""Every command and study of ``docs/your-own-data.md`` works on data of its kind."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.io import savemat

from attnconn_assets.__main__ import main
from attnconn_assets.operation.check.check import check
from attnconn_assets.study.study import load_study
from attnconn_core import TimeSeries
from tests.bids_dataset import (
    REGIONS,
    FmriPrep,
    XcpD,
    confounds,
    label_image,
    slow_noise,
    surface_atlas,
)
from tests.hcp_tree import Tree

PAGE = (Path(__file__).resolve().parents[1] / "docs/your-own-data.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for command in re.findall(r"^attnconn (init .*)$", PAGE, flags=re.M)
    if "FOLDER" not in command
]
STUDIES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.S)
SUBJECTS, SESSIONS, FRAMES = ("01", "02", "03", "04"), ("1", "2"), 120


def fmriprep_surfaces(root: Path, atlas: Path) -> None:
    dataset = FmriPrep(root)
    for seed, (subject, session) in enumerate(pairs()):
        dataset.session(subject, session, FRAMES, seed, moved=(60,), unsteady=2)
    surface_atlas(atlas)


def fmriprep_volumes(root: Path, atlas: Path) -> None:
    dataset = FmriPrep(root)
    for seed, (subject, session) in enumerate(pairs()):
        dataset.volume(subject, session, FRAMES, seed)
        dataset.table(dataset.stem(subject, session), confounds(FRAMES, seed))
    label_image(atlas)


def xcp_d(root: Path, _: Path) -> None:
    dataset = XcpD(root)
    for seed, (subject, session) in enumerate(pairs()):
        dataset.parcels(subject, session, FRAMES, seed, censored=(60,))


def hcp(root: Path, atlas: Path) -> None:
    root.mkdir()
    tree, rng = Tree(root), np.random.default_rng(0)
    for subject in ("100307", "100408", "101107", "101309"):
        for folder in (subject, f"{subject}_retest"):
            for run in ("REST1_LR", "REST1_RL"):
                frames = slow_noise(rng, FRAMES, 20)
                tree.dense(folder, f"rfMRI_{run}", tree.models(), frames)
    surface_atlas(atlas)


def tables(root: Path, _: Path) -> None:
    root.mkdir()
    rng = np.random.default_rng(0)
    for subject, session in pairs():
        frames = pd.DataFrame(slow_noise(rng, FRAMES, 4), columns=list(REGIONS))
        frames.to_csv(root / f"sub-{subject}_ses-{session}.csv", index=False)


def pairs() -> list[tuple[str, str]]:
    return [(subject, session) for subject in SUBJECTS for session in SESSIONS]


#: What each command finds, in the order of the page.
DATA: tuple[Callable[[Path, Path], None], ...] = (
    *(fmriprep_surfaces, fmriprep_volumes, xcp_d, hcp, tables),
)


@pytest.mark.parametrize(
    ("command", "make"), [*zip(COMMANDS, DATA, strict=True)], ids=[make.__name__ for make in DATA]
)
def test_a_command_writes_a_study_that_can_be_run(command, make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)
    atlas = next((word.removeprefix("atlas=") for word in words if word[:6] == "atlas="), "none")
    make(tmp_path / "data", tmp_path / atlas)
    words[1] = "data"
    assert main([*words, "--output", "my_study.yaml"]) == 0
    study = load_study(tmp_path / "my_study.yaml")
    assert len(study.make_source().sessions()) == 8
    assert not check(study).errors


def test_its_keys_are_keys_of_a_study(tmp_path):
    cleaning, people = map(yaml.safe_load, STUDIES)
    fmriprep_surfaces(tmp_path / "data", tmp_path / "atlas.dlabel.nii")
    keys = {"name": "mine", "title": "Mine", "source": "bids", "root": "data"}
    study = tmp_path / "my_study.yaml"
    study.write_text(yaml.safe_dump({**keys, "atlas": "atlas.dlabel.nii", **cleaning, **people}))
    loaded = load_study(study)
    assert loaded.make_source().confounds.motion == "basic"
    assert loaded.behaviour.targets == ("iq", "age")


def test_its_python_turns_a_mat_file_into_a_scan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frames = slow_noise(np.random.default_rng(0), FRAMES, 4)
    savemat("series.mat", {"x": frames})
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    exec(compile(example, "your-own-data.md", "exec"), {})  # noqa: S102
    assert np.allclose(TimeSeries.from_file("sub-01_ses-1.csv", 0.72).values, frames)
