import numpy as np
import pytest
import torch

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.forecasting import TrainingConfig
from attnconn_core.forecasting.preparation import prepare
from attnconn_core.timeseries import scale_of

CPU = torch.device("cpu")


def test_session_normalisation_standardises_each_by_its_own_frames(small, make_series):
    series = [make_series(80, seed=1, level=1e4), make_series(60, seed=2, level=-50)]
    prepared = prepare(small, series, TrainingConfig(), CPU)
    for frames in prepared.training.frames.split([80, 60]):
        np.testing.assert_allclose(frames.mean(0), 0, atol=1e-3)
        np.testing.assert_allclose(frames.std(0, correction=0), 1, rtol=1e-3)
    assert (prepared.scale.mean == 0).all()
    assert (prepared.scale.std == 1).all()


def test_one_session_keeps_its_own_scale(small, make_series):
    series = make_series(80, level=1e4)
    prepared = prepare(small, [series], TrainingConfig(validation_fraction=0.25), CPU)
    np.testing.assert_array_equal(prepared.scale.mean, scale_of(series).mean)
    np.testing.assert_array_equal(prepared.scale.std, scale_of(series).std)


def test_pooled_normalisation_is_one_scale_over_all_frames(small, make_series):
    series = [make_series(80, seed=1, level=1e4), make_series(60, seed=2, level=-50)]
    prepared = prepare(small, series, TrainingConfig(normalisation="pooled"), CPU)
    frames = np.concatenate([each.values for each in series]).astype(np.float64)
    np.testing.assert_allclose(prepared.scale.mean, frames.mean(0), rtol=1e-6)
    np.testing.assert_allclose(prepared.scale.std, frames.std(0), rtol=1e-6)
    assert prepared.training.deviation[0].equal(prepared.training.deviation[1])
    assert abs(float(prepared.training.frames[:80].mean()) - 0.87) < 0.1  # 60/140 above


def test_the_last_share_of_every_session_is_kept_out(small, make_series):
    series = [make_series(40, 60, seed=1), make_series(50, seed=2)]
    prepared = prepare(small, series, TrainingConfig(validation_fraction=0.2), CPU)
    assert len(prepared.training) == (40 - 3) + (40 - 3) + (40 - 3)
    assert len(prepared.kept_out) == (20 - 3) + (10 - 3)
    scale = scale_of(series[1])
    last = (series[1].values[40:] - scale.mean) / scale.std
    np.testing.assert_allclose(prepared.kept_out.frames[20:].numpy(), last, atol=1e-5)


def test_unusable_series_are_refused(small, make_series):
    broken = make_series(30)
    broken.runs[0][3, 1] = np.nan
    with pytest.raises(ParameterError, match="at least one series"):
        prepare(small, [], TrainingConfig(), CPU)
    with pytest.raises(SeriesError, match="training series 2: every value must be finite"):
        prepare(small, [make_series(30), broken], TrainingConfig(), CPU)
    with pytest.raises(ParameterError, match=r"of the first, 4 \(r0.*number 2 has 3 \(r0"):
        prepare(small, [make_series(30), make_series(30, regions=3)], TrainingConfig(), CPU)
