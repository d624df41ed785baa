"""Read-outs, against forecasts made one by one, finite differences, and one pair at a time."""

from functools import partial

import numpy as np
import pytest
import torch

from attnconn_core.connectivity import Ablation, Attention, AttentionNorm, Sensitivity
from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import (
    PRESETS,
    AttentionForecaster,
    ForecasterConfig,
    TrainingConfig,
    fit,
)
from attnconn_core.forecasting.influence import ablation_loss, carried_norm, mean_jacobian
from attnconn_core.forecasting.linear import choose_alpha, growing_penalty, ridge_var_own_past_free
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import simulate, split, windows

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
    for estimator in (Ablation, Sensitivity, AttentionNorm):
        estimator(forecaster, rescale=True, max_windows=50).estimate(series)
    assert forecaster.training
    assert all(torch.equal(before[name], each) for name, each in forecaster.state_dict().items())
    assert all(each.grad is None for each in forecaster.parameters())


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("values", ["embedding", "past"])
def test_what_attention_carries_is_its_weight_times_each_value_pair_by_pair(series, layers, values):
    config = ForecasterConfig(
        input_window=2, hidden_dim=6, input_layers=1, prediction_layers=layers, output_window=2,
        bottleneck_dim=4, values=values,
    )  # fmt: skip
    model = AttentionForecaster(config, torch.zeros(3), torch.ones(3)).eval()
    expected, inputs = np.zeros((3, 3)), windows(series, 2, 2)[0][:40]
    with torch.no_grad():
        for window in inputs:
            z = torch.tensor(window.copy())
            _, paid = model(z[None])
            for source in range(3):
                if values == "past":
                    at = model.attention.value
                    value = z[source] @ at.weight[source] + at.bias[source, 0]
                else:
                    layer = model.shared_encoder[0]
                    value = model.attention.value(z[source] @ layer.weight[0] + layer.bias[0, 0])
                    value = value / value.norm()
                carried = model.attention.output.weight @ value
                for target in range(3):
                    given = carried @ model.head[0].weight[target] if layers == 1 else carried
                    expected[target, source] += (paid[0, target, source] * given).norm()
    part = type(series)((series.values[:43],), series.repetition_time, series.regions)
    found = carried_norm(model, part, batch_size=7)
    assert len(inputs) == 40
    np.testing.assert_allclose(found, expected / 40, rtol=1e-4)


def test_of_a_linear_start_the_norm_is_what_the_coefficients_carry():
    """Attention begins near |B|, with values that make up for it: a × v is B x for any a."""
    rng = np.random.default_rng(3)
    truth = np.diag(np.full(12, 0.4)) + 0.25 * (rng.random((12, 12)) < 0.15)
    series = simulate(truth / max(1, 1.2 * abs(np.linalg.eigvals(truth)).max()), 2000, 3)
    preset = PRESETS["attnconn"]
    # No step is taken: what is read is the start.
    training = preset.training.model_copy(
        update={
            "learning_rate": 1e-12,
            "epochs": 1,
            "validation_fraction": None,
            "refit": False,
            "patience": None,
        }
    )
    model = fit(preset.forecaster, [series], training).forecaster
    found = AttentionNorm(model).estimate(series).values
    z = (series.values - series.values.mean(0)) / series.values.std(0)
    earlier, later = lagged_moments([z[:1800]], 5), [z[1800:]]
    weighted = partial(ridge_var_own_past_free, lag_weights=growing_penalty(5))
    linear = weighted(lagged_moments([z], 5), choose_alpha(weighted, earlier, later))
    blocks = linear.coefficients.reshape(12, 5, 12).transpose(2, 0, 1)
    blocks[range(12), range(12)] = 0
    past, _ = windows(TimeSeries((z,), 1.0, series.regions), 5)
    carried = np.abs(np.einsum("wsl,tsl->wts", past, blocks)).mean(0)
    np.testing.assert_allclose(found, carried / carried.sum(1, keepdims=True), atol=0.015)
    strength = np.linalg.norm(blocks, axis=-1)
    strength /= strength.sum(1, keepdims=True)
    off = ~np.eye(12, dtype=bool)
    assert np.corrcoef(found[off], strength[off])[0, 1] > 0.95
    np.testing.assert_allclose(found.sum(1), 1)
    assert (found.diagonal() == 0).all()


@pytest.mark.parametrize("estimator", [Ablation, Sensitivity, AttentionNorm])
def test_every_read_out_of_a_model_says_the_same_skill(forecaster, series, estimator):
    judged = Attention(forecaster, test_fraction=0.2, rescale=True).estimate(series)
    found = estimator(forecaster, test_fraction=0.2, rescale=True).estimate(series)
    assert found.metrics["r2"] == judged.metrics["r2"]
    assert "r2" not in estimator(forecaster).estimate(split(series, 0.2)[0]).metrics


def test_no_window_no_reading(forecaster, series):
    with pytest.raises(ParameterError, match="max_windows must be at least 1; got 0"):
        ablation_loss(forecaster, series, max_windows=0)
    fewer = simulate(np.eye(2) * 0.3, 50, 0)
    with pytest.raises(ParameterError, match="3 regions; the series has 2"):
        mean_jacobian(forecaster, fewer)


def test_every_preset_can_be_read(series):
    for preset in PRESETS.values():
        model = AttentionForecaster(preset.forecaster, torch.zeros(3), torch.ones(3))
        assert np.isfinite(ablation_loss(model, series, max_windows=8)).all()
        assert np.isfinite(mean_jacobian(model, series, max_windows=8)).all()
