import pytest
from pydantic import ValidationError

from attnconn_core.forecasting import ForecasterConfig, TrainingConfig


def test_defaults_are_the_published_base():
    config = ForecasterConfig()
    assert (config.input_window, config.hidden_dim, config.input_layers) == (5, 128, 3)
    assert (config.prediction_layers, config.bottleneck_dim, config.attention_dropout) == (3, 8, 0)
    assert (config.own_past, config.query_rank, config.initialisation) == (False, None, "original")
    training = TrainingConfig()
    assert (training.epochs, training.batch_size, training.learning_rate) == (1, 256, 1e-3)
    assert (training.seed, training.loss, training.gradient_clip) == (8767128, "raw", 1.0)


def test_the_former_name_of_the_original_initialisation_still_works():
    assert ForecasterConfig(initialisation="reference") == ForecasterConfig()


@pytest.mark.parametrize(
    ("model", "settings", "complaint"),
    [
        (ForecasterConfig, {"input_window": 0}, "greater than or equal to 1"),
        (ForecasterConfig, {"attention_dropout": 1.0}, "less than 1"),
        (ForecasterConfig, {"hidden_dim": 10**9}, "less than or equal to 4096"),
        (ForecasterConfig, {"hidden_dim": 4, "query_rank": 5}, "can't exceed hidden_dim, 4; got 5"),
        (ForecasterConfig, {"layers": 3}, "Extra inputs"),
        (ForecasterConfig, {"initialisation": "zeros"}, "'original', 'scaled' or 'linear'"),
        (
            ForecasterConfig,
            {"initialisation": "linear"},
            "needs own_past true, values past, .*; got own_past false, values ",
        ),
        (TrainingConfig, {"epochs": 0}, "greater than or equal to 1"),
        (TrainingConfig, {"learning_rate": float("inf")}, "finite"),
        (TrainingConfig, {"validation_fraction": 1.0}, "less than 1"),
        (TrainingConfig, {"patience": 3}, "needs a validation_fraction; got patience 3"),
        (TrainingConfig, {"refit": True}, "needs a validation_fraction; got refit"),
        (TrainingConfig, {"device": "tpu"}, "should match pattern"),
    ],
)
def test_bounds(model, settings, complaint):
    with pytest.raises(ValidationError, match=complaint):
        model(**settings)


def test_configs_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        ForecasterConfig().hidden_dim = 3
