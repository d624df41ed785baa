"""What a study registered in MLflow is removed with it; what a person made of it stays."""

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import tracking_of
from attnconn_assets.tracking.forgetting import forget_study

NAME = "tiny_group_forecaster"


@pytest.fixture
def client(line):
    return tracking_of(line.study).client()


def test_models_that_a_person_made_of_the_studys_are_kept_and_load(client, line, load_model):
    tracking = tracking_of(line.study)
    (version, other) = client.search_model_versions(f"name = '{NAME}'")
    client.copy_model_version(f"models:/{NAME}/{version.version}", "prod_connectivity")
    client.create_registered_model("mine")
    client.create_model_version("mine", version.source)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    assert client.search_logged_models(experiments)
    forgotten = forget_study(tracking, "tiny")
    assert not client.search_logged_models(experiments)
    assert forgotten.models == (NAME,)
    assert forgotten.kept == ("prod_connectivity",)
    assert forgotten.n_runs > 20
    assert {model.name for model in client.search_registered_models()} == {
        *("prod_connectivity", "mine")
    }
    loaded = load_model(tracking, "models:/prod_connectivity/1")
    assert np.isfinite(loaded.predict(np.zeros((1, 5, 3), dtype=np.float32))).all()
    models = line.folder / "mlruns" / "models" / NAME
    assert len(list(models.iterdir())) == 1
    assert other.name == NAME
