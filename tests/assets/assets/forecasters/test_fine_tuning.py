"""Fine-tuning where models begin linear: from the other subjects' moments."""

import numpy as np
import pytest
import yaml

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.scores.recovery_estimators import estimators_for
from attnconn_assets.assets.scores.specs import competitors_of
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_matrices
from attnconn_assets.storage.moments import read_moments
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError
from attnconn_core.forecasting import Prior, cohort_coefficients, fit, load_forecaster
from attnconn_core.forecasting.hierarchical import HIERARCHICAL_ALPHAS
from attnconn_core.sources import Simulated, simulated_truth
from attnconn_core.timeseries import split

KEY = "sub-002_ses-test"
METHODS = ["attention_group_own", "attention_subject", "attention_finetuned", "tangent"]
MODEL = {
    "input_window": 3,
    "hidden_dim": 4,
    "input_layers": 1,
    "prediction_layers": 1,
    "bottleneck_dim": 5,
    "query_rank": 2,
    "own_past": True,
    "values": "past",
    "initialisation": "linear",
}
TRAINING = {
    "epochs": 2,
    "learning_rate": 1e-4,
    "loss": "standardised",
    "batch_size": 64,
    "validation_fraction": 0.1,
    "patience": 1,
    "refit": True,
}
LINEAR = {
    "group": {"own": {"model": MODEL, "training": TRAINING}},
    "subject": {"model": MODEL, "training": TRAINING},
    "fine_tuning": {"epochs": 1, "learning_rate_factor": 1.0},
}


def linear_study(write_study, **changes):
    asked = {
        "experiments": ["../experiments/linear.yaml"],
        "baseline_lags": 3,
        "methods": METHODS,
        "reliability": {"split_half": False},
    }
    path = write_study(**{**asked, **changes})
    experiments = path.parent.parent / "experiments"
    (experiments / "linear.yaml").write_text(yaml.safe_dump(LINEAR))
    return load_study(path)


def test_the_fine_tuned_model_begins_as_the_hierarchical_var(write_study, run_line, instance):
    study = linear_study(write_study)
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)

    made = store.entry("finetuned_forecaster", KEY)
    read = {name.partition("/")[0] for name in made.inputs}
    assert read == {"time_series", "pooled_moments", "shared_penalty"}
    moments = read_moments(store.path(store.entry("pooled_moments", WHOLE), "moments.safetensors"))
    # The same for all subjects of a pool: without the whole pool, not without the subject.
    folds = store.entry("pooled_moments", WHOLE).facts["folds"]
    pool = next(fold["reads"] for fold in folds if "002" in fold["reads"])
    assert len(pool) == 2
    alpha = store.entry("shared_penalty", WHOLE).facts["alpha"]
    prior = Prior(cohort_coefficients(moments.outside(pool)), alpha)
    source = Simulated(subjects=4, regions=5, frames=120)
    session = next(each for each in source.sessions() if each.key == KEY)
    configuration = study.fine_tuned_configuration
    series = source.load(session)
    part, _ = split(series, 0.1)
    again = fit(configuration.model, [part], configuration.training, prior=prior).forecaster
    stored, _, _ = load_forecaster(store.path(made, "model.safetensors"))
    for name, tensor in again.state_dict().items():
        np.testing.assert_allclose(stored.state_dict()[name], tensor, rtol=1e-4, atol=1e-5)

    informed = {
        name: store.entry(name, KEY).facts["metrics"]["cohort_informed"] for name in METHODS
    }
    assert informed == dict(zip(METHODS, (1.0, 0.0, 1.0, 1.0), strict=True))

    off = ~np.eye(5, dtype=bool)
    for name in METHODS[:3]:
        one, other = (
            read_matrices(store.path(store.entry(asset, KEY), file))
            for asset, file in ((name, "matrix.parquet"), (f"repeats_{name}", "seed_2.parquet"))
        )
        whole = max(one)
        agreement = np.corrcoef(one[whole].values[off], other[whole].values[off])[0, 1]
        assert agreement >= 0.99, name


def test_the_lags_of_the_moments_are_the_models(write_study):
    with pytest.raises(
        StudyError, match=r"baseline_lags must equal the input_window of own.* got 4"
    ):
        linear_study(write_study, baseline_lags=4)


def test_on_known_networks_all_data_sets_are_the_prior(write_study):
    study = linear_study(write_study, granger={"lags": 1, "alpha": 1.0})
    truth = simulated_truth("linear-5", data_sets=3, seed=0)
    estimator = estimators_for(competitors_of(study), truth)["attention_finetuned"]
    assert estimator.start is None
    assert estimator.prior.coefficients.shape == (15, 5)
    assert estimator.prior.alpha in HIERARCHICAL_ALPHAS
    assert estimator.estimate(truth.series[0]).values.shape == (5, 5)


def test_subjects_with_other_others_are_not_compared(write_study, run_line, instance):
    """Without a cohort model in the study the pools are those of the pooled moments."""
    study = linear_study(write_study, methods=["attention_finetuned"])
    outcome, told = run_line(study, instance)
    assert outcome.failed == {}
    assert "group_forecaster" not in told.steps
    store = store_of(study)
    assert store.entry("fingerprint", WHOLE).facts["pools"] == 2
