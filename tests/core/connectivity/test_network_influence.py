"""Ablation and sensitivity, against forecasts made one by one and finite differences."""

import numpy as np
import pytest
import torch

from attnconn_core.connectivity import Ablation, Sensitivity
from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import (
    PRESETS,
    AttentionForecaster,
    ForecasterConfig,
    TrainingConfig,
    fit,
)
from attnconn_core.forecasting.influence import ablation_loss, mean_jacobian
from attnconn_core.timeseries import simulate, windows

TRUTH = np.array([[0.4, 0.0, 0.0], [0.6, 0.3, 0.0], [0.0, 0.0, 0.5]])


@pytest.fixture(scope="module")
def series():
    return simulate(TRUTH, 500, 0, noise=0.0)


@pytest.fixture(scope="module")
def forecaster(series):
    config = ForecasterConfig(
        input_window=2, hidden_dim=8, input_layers=1, prediction_layers=1, own_past=True
    )
    return fit(config, [series], TrainingConfig(epochs=15, learning_rate=0.01)).forecaster


def test_ablation_is_the_drop_in_r2_of_forecasts_without_a_source(forecaster, series):
    past, future = (torch.tensor(np.array(each)) for each in windows(series, 2))

    def r2(without=None):
        known = past.clone()
        if without is not None:
            known[:, without] = forecaster.mean[without]
        with torch.no_grad():
            predicted, _ = forecaster.eval()(known)
        seen = future.double()
        error = ((seen - predicted) ** 2).sum((0, 2))
        return 1 - error / ((seen - seen.mean(0)) ** 2).sum((0, 2))

    expected = torch.stack([r2() - r2(source) for source in range(3)], dim=1).numpy()
    found = ablation_loss(forecaster, series, batch_size=100)
    assert np.abs(found - expected).max() < 1e-5
    values = Ablation(forecaster).estimate(series).values
    assert np.allclose(values, np.maximum(found, 0))


def test_the_jacobian_is_the_slope(forecaster, series):
    # One window at a time: attention jumps where a row's last positive score goes, and a
    # difference across a jump is no slope.
    step, right = 1e-3, []
    for first in range(0, 400, 8):
        frames = series.values[first : first + 3]
        past = forecaster.standardise(torch.tensor(frames[:2].T.copy())[None])
        moves = torch.eye(6).reshape(3, 2, 3, 2) * step
        with torch.no_grad():
            ahead, behind = (
                forecaster.eval().predict_standardised((past + sign * moves).reshape(6, 3, 2))[0]
                for sign in (1, -1)
            )
        slopes = ((ahead - behind) / (2 * step)).reshape(3, 2, 3).abs().sum(1).T.numpy()
        window = type(series)((frames,), series.repetition_time, series.regions)
        right.append(np.abs(mean_jacobian(forecaster, window) - slopes).max() < 0.01)
    assert np.mean(right) > 0.9


@pytest.mark.parametrize("estimator", [Ablation, Sensitivity])
def test_both_find_the_edge_and_its_direction(forecaster, series, estimator):
    values = estimator(forecaster, rescale=True).estimate(series).values
    assert values[1, 0] == np.max(values[~np.eye(3, dtype=bool)])
    assert values[1, 0] > 3 * values[0, 1]


def test_the_model_is_left_as_it_was(forecaster, series):
    forecaster.train()
    before = {name: value.clone() for name, value in forecaster.state_dict().items()}
    for estimator in (Ablation, Sensitivity):
        estimator(forecaster, rescale=True, max_windows=50).estimate(series)
    assert forecaster.training
    assert all(torch.equal(before[name], each) for name, each in forecaster.state_dict().items())
    assert all(each.grad is None for each in forecaster.parameters())


def test_no_window_no_reading(forecaster, series):
    with pytest.raises(ParameterError, match="max_windows must be at least 1; got 0"):
        ablation_loss(forecaster, series, max_windows=0)
    fewer = simulate(np.eye(2) * 0.3, 50, 0)
    with pytest.raises(ParameterError, match="3 regions; got 2"):
        mean_jacobian(forecaster, fewer)


def test_every_preset_can_be_read(series):
    for preset in PRESETS.values():
        model = AttentionForecaster(preset.forecaster, torch.zeros(3), torch.ones(3))
        assert np.isfinite(ablation_loss(model, series, max_windows=8)).all()
        assert np.isfinite(mean_jacobian(model, series, max_windows=8)).all()
