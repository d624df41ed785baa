"""Every asset and check of the shipped studies is described, and so is every MLflow experiment."""

import shutil

import pytest
import yaml

from attnconn_assets.assets.catalogue import assets, experiment_notes, specs
from attnconn_assets.study.shipped import shipped, shipped_names
from attnconn_assets.study.study import load_study

SHORTEST = 20  # characters of a sentence


@pytest.fixture(params=shipped_names("studies"))
def study(request, tmp_path):
    """A shipped study; where its data should lie, an empty folder."""
    folder = tmp_path / "studies"
    shutil.copytree(shipped("experiments"), tmp_path / "experiments")
    folder.mkdir()
    content = yaml.safe_load(shipped(f"studies/{request.param}.yaml").read_text())
    if "root" in content:
        content["root"] = str(tmp_path)
    file = folder / f"{request.param}.yaml"
    file.write_text(yaml.safe_dump(content))
    return load_study(file)


def test_every_asset_and_check_is_described(study):
    definitions = assets(study)
    described = {
        key.to_user_string(): asset.descriptions_by_key.get(key) or ""
        for asset in definitions.assets
        for key in asset.keys
    }
    checks = {
        f"{check.asset_key.to_user_string()} {check.name}": check.description or ""
        for asset in definitions.assets
        for check in asset.check_specs
    }
    assert len(described) > 5
    assert checks
    short = {name for name, words in {**described, **checks}.items() if len(words) < SHORTEST}
    assert short == set()
    # One sentence or more, of whole words.
    assert {name for name, words in described.items() if not words.strip().endswith(".")} == set()


def test_every_mlflow_experiment_is_described(study):
    notes = experiment_notes(study)
    assert {spec.experiment or spec.name for spec in specs(study)} == set(notes)
    assert all(len(note) >= SHORTEST for note in notes.values())
