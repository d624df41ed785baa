"""The sweep: configurations below one run, the best of them chosen on validation frames."""

import copy

import pytest
import yaml

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.building.making import make
from attnconn_assets.building.platform import Platform
from attnconn_assets.operation.check.check import check
from attnconn_assets.study.experiment import Experiment
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError


class Silent:
    """Where a body's words go."""

    def info(self, _message: str) -> None:
        """Nobody listens."""


@pytest.fixture
def sweep(write_study, tmp_path):
    """A function that writes three configurations, trains them, and chooses."""

    def run(validation_fraction: float | None, unjudged: tuple[str, ...] = ()):
        path = write_study()
        file = tmp_path / "experiments" / "tiny.yaml"
        content = yaml.safe_load(file.read_text())
        base = content["group"].pop("base")
        for number, n_epochs in enumerate((1, 3, 1)):
            name, each = f"shape_{number}", copy.deepcopy(base)
            share = None if name in unjudged else validation_fraction
            each["training"] |= {"epochs": n_epochs, "validation_fraction": share}
            each["training"]["learning_rate"] = 0.03
            content["group"][name] = each
        file.write_text(yaml.safe_dump(content))
        study = load_study(path)
        platform = Platform(study, **resources(study), log=Silent(), dagster_run="dagster-1")
        spec = {each.name: each for each in specs(study)}
        for session in platform.sessions:
            make(platform, spec["time_series"], session)
        made = {
            name: make(platform, spec["group_forecaster"], name) for name in study.configurations
        }
        return platform, made, lambda: make(platform, spec["champion"], "all")

    return run


def test_the_winner_is_the_best_on_validation_frames_and_is_registered(sweep):
    platform, made, choose = sweep(validation_fraction=0.2)
    scores = {name: each.entry.facts["validation_r2"] for name, each in made.items()}
    entry = choose().entry
    assert entry.facts["champion"] == max(scores, key=scores.__getitem__)
    assert "sweep.png" in entry.files

    client = platform.tracking.client()
    version = client.get_model_version_by_alias("tiny_group_forecaster", "champion")
    winner = made[entry.facts["champion"]].entry
    assert version.tags["sha256"] == winner.files["fold-1.safetensors"].sha256
    assert version.run_id == winner.made_by["mlflow_run"]
    other = client.get_model_version_by_alias("tiny_group_forecaster", "champion-fold-2")
    assert other.tags["fold"] == "fold-2"
    assert other.description == f"configuration {entry.facts['champion']}, fold fold-2"
    explained = client.get_registered_model("tiny_group_forecaster").description
    assert "**champion-fold-2**" in explained


def test_configurations_stand_below_one_run_of_their_file(sweep):
    platform, made, _ = sweep(validation_fraction=0.2)
    client = platform.tracking.client()
    parents = {
        client.get_run(each.entry.made_by["mlflow_run"]).data.tags["mlflow.parentRunId"]
        for each in made.values()
    }
    (parent,) = parents
    assert client.get_run(parent).data.tags["attnconn.sweep"] == "tiny"
    below = client.get_run(made["shape_1"].entry.made_by["mlflow_run"])
    assert below.data.params["epochs"] == "3"  # what the sweep is over
    assert "validation_r2" in below.data.metrics  # and what it is judged by


def test_without_validation_frames_nothing_is_chosen(sweep):
    _, _, choose = sweep(validation_fraction=None)
    with pytest.raises(StudyError, match=r"validation_fraction.*shape_0, shape_1, shape_2"):
        choose()


def test_what_has_no_validation_frames_is_not_chosen(sweep):
    platform, made, choose = sweep(validation_fraction=0.2, unjudged=("shape_1",))
    scores = {name: each.entry.facts["validation_r2"] for name, each in made.items()}
    assert scores.pop("shape_1") is None
    assert choose().entry.facts["champion"] == max(scores, key=scores.__getitem__)
    study = platform.study
    found = check(study)
    (warning,) = [line for line in found.warnings if "champion" in line]
    assert warning.endswith("these have none: shape_1")
    assert "champion" not in found.blocked


def test_a_check_foresees_that_no_champion_can_be_chosen(write_study, tmp_path):
    path = write_study()
    file = tmp_path / "experiments" / "tiny.yaml"
    content = yaml.safe_load(file.read_text())
    content["group"]["base"]["training"].pop("validation_fraction", None)
    content["group"]["other"] = content["group"]["base"]
    file.write_text(yaml.safe_dump(content))
    found = check(load_study(path))
    assert found.blocked["champion"].endswith("these have none: base, other")
    assert any(line.startswith("champion can't be made: ") for line in found.errors)


def test_one_configuration_stales_itself_alone(tiny_study):
    base = tiny_study.configurations["base"]
    other = base.model_copy(update={"training": base.training.model_copy(update={"epochs": 9})})

    def digests(**group):
        experiment = Experiment(group=group, subject=tiny_study.subject_configuration)
        study = tiny_study.model_copy(update={"experiment": experiment})
        spec = next(spec for spec in specs(study) if spec.name == "group_forecaster")
        return {name: spec.recipe_of(name).digest for name in group}

    before, after = digests(base=base), digests(base=base, more=other)
    assert before["base"] == after["base"] != after["more"]
    assert digests(base=other)["base"] != before["base"]
