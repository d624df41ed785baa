import copy

import numpy as np
import pytest
import torch

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.forecasting import AttentionForecaster, Ensemble, forecast, mean_attention
from attnconn_core.timeseries import scale_of, windows


@pytest.fixture
def series(make_series):
    return make_series(30, 3, 25)


@pytest.fixture
def forecaster(small, series):
    scale = scale_of(series)
    return AttentionForecaster(small, scale.mean, scale.std)


def test_mean_attention_equals_the_reference(golden_model):
    found = mean_attention(golden_model.forecaster, golden_model.series)
    np.testing.assert_allclose(found.values, golden_model.mean_attention, atol=1e-5)
    assert found.n_windows == golden_model.said["model"]["n_windows"]
    assert found.row_sum_error < 1e-5
    assert 0 <= found.empty_rows < 0.01


def test_forecast_scores_as_the_reference_does(golden_model):
    """Its R² pools the regions around one mean."""
    seen = forecast(golden_model.forecaster, golden_model.series)
    error = (seen.predicted - seen.observed).astype(np.float64)
    said = golden_model.said["model"]
    assert np.mean(error**2) == pytest.approx(said["mse"], rel=1e-5)
    spread = seen.observed.astype(np.float64) - seen.observed.mean(dtype=np.float64)
    assert 1 - np.sum(error**2) / np.sum(spread**2) == pytest.approx(said["r2"], abs=1e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_the_batch_size_is_no_matter(forecaster, series, batch_size):
    whole, parts = (
        mean_attention(forecaster, series),
        mean_attention(forecaster, series, batch_size),
    )
    np.testing.assert_allclose(parts.values, whole.values, atol=1e-6)
    assert parts.n_windows == whole.n_windows == (30 - 3) + (25 - 3)
    one, other = forecast(forecaster, series), forecast(forecaster, series, batch_size)
    np.testing.assert_allclose(one.predicted, other.predicted, rtol=1e-5)


def test_forecast_is_the_forward_pass_over_windows(forecaster, series):
    inputs, targets = windows(series, 3, 1)
    with torch.no_grad():
        expected, _ = forecaster(torch.from_numpy(np.array(inputs)))
    seen = forecast(forecaster, series)
    np.testing.assert_array_equal(seen.observed, targets)
    np.testing.assert_allclose(seen.predicted, expected.numpy(), rtol=1e-5)


def test_empty_rows_are_counted(forecaster, series):
    forecaster.attention.weight.data[1] = 0
    forecaster.attention.bias.data[1] = 0
    found = mean_attention(forecaster, series)
    others = mean_attention(forecaster, series).values[[0, 2, 3]].sum(axis=1)
    assert (found.values[1] == 0).all()
    assert found.empty_rows == pytest.approx(0.25 + 0.25 * (3 - others.sum()), abs=1e-4)


def test_reading_ignores_dropout_and_leaves_the_mode(small, series):
    config = small.model_copy(update={"attention_dropout": 0.9})
    model = AttentionForecaster(config, *[np.ones(4, np.float32)] * 2).train()
    first, second = mean_attention(model, series), mean_attention(model, series)
    np.testing.assert_array_equal(first.values, second.values)
    one, other = forecast(model, series), forecast(model, series)
    np.testing.assert_array_equal(one.predicted, other.predicted)
    assert model.training


def test_what_cannot_be_read_is_refused(forecaster, make_series, series):
    with pytest.raises(ParameterError, match="batch_size must be at least 1 window; got 0"):
        forecast(forecaster, series, 0)
    with pytest.raises(SeriesError, match="needs 4 consecutive frames"):
        mean_attention(forecaster, make_series(3))
    with pytest.raises(ParameterError, match="windows must have shape"):
        mean_attention(forecaster, make_series(30, regions=5))


def test_an_ensemble_s_rows_are_held_against_one_or_zero_member_by_member(forecaster, series):
    empty = copy.deepcopy(forecaster)
    empty.attention.weight.data[1] = 0
    empty.attention.bias.data[1] = 0
    alone = [mean_attention(each, series) for each in (forecaster, empty)]
    found = mean_attention(Ensemble([forecaster, empty]), series)
    np.testing.assert_allclose(found.values, (alone[0].values + alone[1].values) / 2, atol=1e-12)
    # The mean's second row sums to a half, which is no fault of either member.
    assert found.values[1].sum() == pytest.approx(0.5, abs=0.05)
    assert found.row_sum_error < 1e-5
    assert found.empty_rows == pytest.approx(np.mean([each.empty_rows for each in alone]))
