import numpy as np
import pytest
import torch
from sklearn.metrics import mean_squared_error, r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import TrainingConfig, fit, forecast
from attnconn_core.forecasting import trainer as module
from attnconn_core.timeseries import split


@pytest.mark.parametrize("batch_size", [7, 1000])
def test_validation_figures_are_those_of_sklearn(small, make_series, batch_size):
    config = small.model_copy(update={"output_window": 2})
    series = make_series(300, level=1000.0)
    training = TrainingConfig(
        epochs=2, batch_size=batch_size, validation_fraction=0.4, learning_rate=1e-2
    )
    found = fit(config, [series], training)
    seen = forecast(found.forecaster, split(series, 0.4)[1])
    observed, predicted = (
        values.reshape(len(values), -1).astype(np.float64)
        for values in (seen.observed, seen.predicted)
    )
    best = found.history[found.best_epoch - 1]
    assert best.validation_loss == pytest.approx(mean_squared_error(observed, predicted), rel=1e-3)
    assert best.validation_r2 == pytest.approx(r2_score(observed, predicted), abs=1e-3)


def test_cosine_ends_at_zero_and_constant_stays(small, make_series, monkeypatch):
    rates: dict[str, list[float]] = {"constant": [], "cosine": []}
    step = torch.optim.Adam.step
    for schedule, seen in rates.items():

        def watch(self, *args, seen=seen, **kwargs):
            seen.append(self.param_groups[0]["lr"])
            return step(self, *args, **kwargs)

        monkeypatch.setattr(torch.optim.Adam, "step", watch)
        training = TrainingConfig(epochs=4, batch_size=32, schedule=schedule)
        fit(small, [make_series(99)], training)
        monkeypatch.undo()
    n = len(rates["cosine"])
    assert n == 4 * 3
    assert rates["constant"] == [1e-3] * n
    expected = 1e-3 * (1 + np.cos(np.pi * np.arange(n) / n)) / 2
    np.testing.assert_allclose(rates["cosine"], expected)


def test_decay_spares_biases_and_the_own_past(small, make_series):
    config = small.model_copy(update={"own_past": True})
    found = fit(config, [make_series(60)], TrainingConfig())
    decayed, free = module._parameter_groups(found.forecaster, 0.1)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.1, 0.0)
    spared = {id(parameter) for parameter in free["params"]}
    names = {n for n, p in found.forecaster.named_parameters() if id(p) in spared}
    assert {"own_past.weight", "own_past.bias", "attention.bias", "head.0.bias"} <= names
    assert not any(n.endswith("weight") and not n.startswith("own_past") for n in names)


def test_divergence_is_an_error_where_a_best_epoch_is_wanted(small, make_series, monkeypatch):
    monkeypatch.setattr(module.Trainer, "_assess", lambda *_: (float("nan"), float("nan")))
    with pytest.raises(ParameterError, match="validation loss must be finite"):
        fit(small, [make_series(60)], TrainingConfig(validation_fraction=0.3))


def test_nothing_of_training_is_left_in_the_forecaster(small, make_series):
    forecaster = fit(small, [make_series(60)], TrainingConfig()).forecaster
    assert forecaster.attention.dropout_generator is None
    assert all(parameter.grad is None for parameter in forecaster.parameters())
