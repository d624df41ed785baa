import json

import numpy as np
import pytest
from sklearn.metrics import r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import forecast_skill


def frames(seed, shape, level=0.0):
    rng = np.random.default_rng(seed)
    observed = rng.normal(size=shape)
    predicted = 0.6 * observed + 0.5 * rng.normal(size=shape)
    return observed + level, predicted + level


def test_r2_is_scikit_learns_mean_over_regions():
    observed, predicted = frames(0, (40, 5))
    skill = forecast_skill(observed, predicted)
    assert skill.r2 == pytest.approx(r2_score(observed, predicted))
    assert skill.r2_per_region.shape == (5,)
    assert skill.mse == pytest.approx(np.mean((observed - predicted) ** 2))


def test_frames_ahead_are_further_samples_of_their_region():
    observed, predicted = frames(1, (30, 4, 3))
    skill = forecast_skill(observed, predicted)
    region = r2_score(observed[:, 2].ravel(), predicted[:, 2].ravel())
    assert skill.r2_per_region[2] == pytest.approx(region)
    one = forecast_skill(observed[..., :1], predicted[..., :1])
    assert one.r2 == forecast_skill(observed[..., 0], predicted[..., 0]).r2


def test_levels_count_in_the_pooled_r2_alone():
    level = np.array([0.0, 100.0, 500.0])
    plain, raised = forecast_skill(*frames(2, (50, 3))), forecast_skill(*frames(2, (50, 3), level))
    assert raised.r2 == pytest.approx(plain.r2)
    assert plain.r2_pooled < 0.8
    assert raised.r2_pooled > 0.999


def test_the_pooled_r2_is_the_references(golden):
    # The reference reports MSE and R² of one model on the same targets.
    expected = json.loads((golden / "golden.json").read_text())["model"]
    with np.load(golden / "model_outputs.npz") as outputs:
        targets = outputs["series"][:, 5:].T.astype(np.float64)
    signs = np.where(np.arange(targets.size).reshape(targets.shape) % 2, 1.0, -1.0)
    skill = forecast_skill(targets, targets + signs * np.sqrt(expected["mse"]))
    assert skill.mse == pytest.approx(expected["mse"])
    assert skill.r2_pooled == pytest.approx(expected["r2"], abs=1e-6)


def test_raw_levels_in_float32_lose_nothing():
    observed, predicted = frames(3, (200, 2), level=10_000.0)
    single = forecast_skill(observed.astype(np.float32), predicted.astype(np.float32))
    assert single.r2 == pytest.approx(forecast_skill(observed, predicted).r2, abs=1e-3)


@pytest.mark.parametrize(
    ("observed", "predicted", "message"),
    [
        (np.zeros((1, 3)), np.zeros((1, 3)), "at least 2 samples; got 1"),
        (np.zeros((3, 2)), np.array([[0.0, 0], [0, np.nan], [0, 0]]), "predicted.*number 2"),
    ],
)
def test_input_that_has_no_r2_is_refused(observed, predicted, message):
    with pytest.raises(ParameterError, match=message):
        forecast_skill(observed, predicted)
