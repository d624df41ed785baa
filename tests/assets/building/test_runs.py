"""Runs in MLflow: one per partition, opened once, its parameters flat."""

import pytest

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.building.runs import Runs
from attnconn_assets.storage.recipe import Recipe


def spec_of(study, name):
    return next(spec for spec in specs(study) if spec.name == name)


def test_parameters_are_flat_and_methods_are_named(platform, tiny_study):
    def parameters(asset):
        return Runs(platform, spec_of(tiny_study, asset).recipe, "all").parameters

    fingerprint = parameters("fingerprint")
    assert fingerprint["permutations"] == 20  # a field of the score
    assert fingerprint["methods"][:2] == ["pearson", "partial"]
    assert parameters("subject_forecaster")["hidden_dim"] == 4
    assert parameters("time_series")["n_subjects"] == 4
    # What isn't set isn't shown as if it were: Granger's order is the cohort's.
    assert "lags" not in parameters("granger")


def test_a_name_in_several_groups_is_shown_with_its_group(platform):
    settings = {"cohort": {"epochs": 1}, "session": {"epochs": 2, "batch_size": 64}}
    runs = Runs(platform, Recipe("x", (__name__,), settings), "all")
    assert runs.parameters == {"cohort/epochs": 1, "session/epochs": 2, "batch_size": 64}


def test_a_run_is_opened_once_and_fails_with_its_body(platform, tiny_study):
    recipe = spec_of(tiny_study, "pearson").recipe
    key = "sub-001_ses-test"

    def fail() -> None:
        with Runs(platform, recipe, key, "connectivity", "pearson") as runs:
            run = runs.own({"a": 1})
            assert runs.own() is run
            with runs.below("part", {"b": 2}) as below:
                below.metrics({"x": 1.0})
            raise ValueError("spoilt")

    with pytest.raises(ValueError, match="spoilt"):
        fail()
    client = platform.tracking.client()
    experiment = client.get_experiment_by_name("connectivity").experiment_id
    runs = {run.info.run_name: run for run in client.search_runs([experiment])}
    own, below = runs[f"pearson {key}"], runs[f"pearson {key} part"]
    assert (own.info.status, below.info.status) == ("FAILED", "FINISHED")
    assert own.data.params == {"a": "1"}
    assert below.data.tags["mlflow.parentRunId"] == own.info.run_id


def test_an_asset_that_tracks_nothing_opens_no_run(platform, tiny_study):
    with Runs(platform, spec_of(tiny_study, "pearson").recipe, "all"):
        pass
    assert platform.tracking.client().get_experiment_by_name("pearson") is None
