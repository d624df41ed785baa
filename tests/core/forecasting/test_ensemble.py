import numpy as np
import pytest
import torch

from attnconn_core.connectivity import Ablation, Attention, Sensitivity
from attnconn_core.connectivity.attention_norm import AttentionNorm
from attnconn_core.errors import CheckpointError, ParameterError
from attnconn_core.forecasting import (
    AttentionForecaster,
    Ensemble,
    ForecasterConfig,
    TrainingConfig,
    fit,
    forecast,
    load_forecaster,
    mean_attention,
    save_forecaster,
)
from attnconn_core.timeseries import scale_of

CONFIG = ForecasterConfig(
    input_window=3, hidden_dim=4, input_layers=1, prediction_layers=1, bottleneck_dim=2
)
TRAINING = TrainingConfig(epochs=2, batch_size=32, seed=7)


def training(ensemble, **changes):
    return TrainingConfig(**{**TRAINING.model_dump(), "ensemble": ensemble, **changes})


@pytest.fixture
def series(make_series):
    return make_series(150, regions=4)


def test_forecast_and_attention_are_the_mean_of_models_with_the_next_seeds(series):
    ensemble = fit(CONFIG, [series], training(3)).forecaster
    alone = [fit(CONFIG, [series], training(1, seed=seed)).forecaster for seed in (7, 8, 9)]
    predicted = np.mean([forecast(each, series).predicted for each in alone], axis=0)
    np.testing.assert_allclose(forecast(ensemble, series).predicted, predicted, rtol=1e-5)
    attention = np.mean([mean_attention(each, series).values for each in alone], axis=0)
    np.testing.assert_allclose(mean_attention(ensemble, series).values, attention, atol=1e-6)
    assert np.abs(attention - mean_attention(alone[0], series).values).max() > 1e-3


@pytest.mark.parametrize("estimator", [Attention, Ablation, Sensitivity, AttentionNorm])
def test_it_is_read_as_any_other(series, estimator):
    ensemble = fit(CONFIG, [series], training(2)).forecaster
    other = scale_of(series)
    values = estimator(ensemble.with_scale(other)).estimate(series).values
    assert values.shape == (4, 4)
    twins = Ensemble([ensemble.members[0], ensemble.members[0]])
    same = estimator(twins).estimate(series).values
    np.testing.assert_allclose(same, estimator(ensemble.members[0]).estimate(series).values)


def test_it_is_one_file(series, tmp_path):
    ensemble = fit(CONFIG, [series], training(2)).forecaster
    path = tmp_path / "model.safetensors"
    save_forecaster(path, ensemble, series.regions)
    loaded, regions, _ = load_forecaster(path)
    assert isinstance(loaded, Ensemble)
    assert regions == series.regions
    x = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(0))
    for one, other in zip(loaded(x), ensemble(x), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
    save_forecaster(path, ensemble.members[0], series.regions)
    assert not isinstance(load_forecaster(path)[0], Ensemble)


def test_a_file_that_says_a_strange_number_of_members_is_refused(series, tmp_path, monkeypatch):
    ensemble = fit(CONFIG, [series], training(2)).forecaster
    path = tmp_path / "model.safetensors"
    for members, complaint in ((3, "missing: members.2"), (10**6, "from 1 to 100; .* '1000000'")):
        monkeypatch.setattr(
            "attnconn_core.forecasting.checkpoints.members_of", lambda _, k=members: range(k)
        )
        save_forecaster(path, ensemble, series.regions)
        with pytest.raises(CheckpointError, match=complaint):
            load_forecaster(path)


def test_members_are_fine_tuned_one_by_one(series, make_series):
    start = fit(CONFIG, [make_series(150, regions=4, seed=3)], training(2)).forecaster
    tuned = fit(CONFIG, [series], training(2), start=start).forecaster
    second = fit(CONFIG, [series], training(1, seed=8), start=start.members[1]).forecaster
    for one, other in zip(tuned.members[1].parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    message = "an ensemble of 3 must start from an ensemble of the same size; got 2"
    with pytest.raises(ParameterError, match=message):
        fit(CONFIG, [series], training(3), start=start)


def test_only_the_first_tells_how_it_goes(series):
    told = []
    found = fit(CONFIG, [series], training(2), on_epoch=told.append)
    assert tuple(told) == found.history
    assert len(told) == 2


def test_what_is_no_ensemble(series):
    scale = scale_of(series)
    one = AttentionForecaster(CONFIG, scale.mean, scale.std)
    wider = AttentionForecaster(CONFIG.model_copy(update={"hidden_dim": 5}), scale.mean, scale.std)
    with pytest.raises(ParameterError, match="at least 2 members; got 1"):
        Ensemble([one])
    with pytest.raises(ParameterError, match="number 2 differs from the first"):
        Ensemble([one, wider])
