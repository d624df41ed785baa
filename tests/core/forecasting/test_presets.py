import numpy as np
from sklearn.metrics import r2_score

from attnconn_core.forecasting import fit, forecast
from attnconn_core.forecasting.presets import ATTNCONN, GROUP, PRESETS, SUBJECT
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split


def test_the_published_presets_say_what_was_published():
    group, subject = GROUP.forecaster, SUBJECT.forecaster
    assert (group.hidden_dim, group.input_layers, group.bottleneck_dim) == (128, 3, 8)
    assert (subject.hidden_dim, subject.input_layers, subject.prediction_layers) == (64, 4, 4)
    assert (GROUP.training.epochs, SUBJECT.training.epochs) == (1, 10)
    assert not group.own_past
    assert set(PRESETS) == {"group", "subject", "attnconn"}


def test_ours_explains_what_the_others_bring(make_series):
    """Every region is half its own past, 0.4 of its neighbour's, and noise."""
    values = make_series(900, regions=6, seed=5).runs[0]
    train, test = split(TimeSeries((values,), 0.72, tuple("abcdef")), 0.2)
    training = ATTNCONN.training.model_copy(update={"epochs": 40})
    found = fit(ATTNCONN.forecaster, [train], training)
    seen = forecast(found.forecaster, test)
    observed, predicted = seen.observed[..., 0], seen.predicted[..., 0]
    history = train.values
    now = np.stack([run[4:-1] for run in test.runs])[0]
    alone = np.empty_like(observed)
    for region in range(6):
        slope, level = np.polyfit(history[:-1, region], history[1:, region], 1)
        alone[:, region] = slope * now[:, region] + level
    assert r2_score(observed, predicted) > r2_score(observed, alone) + 0.02
