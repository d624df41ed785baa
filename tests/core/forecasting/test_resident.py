import numpy as np
import pytest
import torch

from attnconn_core.errors import SeriesError
from attnconn_core.forecasting.resident import ResidentWindows
from attnconn_core.timeseries import scale_of, windows


def resident(series, w=3, h=2):
    scales = [scale_of(each) for each in series]
    return ResidentWindows.of(series, scales, w, h, torch.device("cpu")), scales


def test_gathers_the_windows_of_every_session_in_its_own_scale(make_series):
    series = [make_series(12, 4, 9, seed=1), make_series(20, seed=2, level=1e4)]
    bank, scales = resident(series)
    x, y, deviation = bank.gather(torch.arange(len(bank)))
    first = 0
    for each, scale in zip(series, scales, strict=True):
        inputs, targets = windows(each, 3, 2)
        here = slice(first, first + len(inputs))
        for got, raw in ((x[here], inputs), (y[here], targets)):
            expected = (raw - scale.mean[:, None]) / scale.std[:, None]
            np.testing.assert_allclose(got.numpy(), expected, atol=1e-5)
        assert (deviation[here, :, 0].numpy() == scale.std).all()
        first += len(inputs)
    assert len(bank) == first


def test_no_window_crosses_a_run(make_series):
    """Each frame holds its run's number, so a window across a border would hold two."""
    series = make_series(6, 5, 4, 9)
    for number, run in enumerate(series.runs):
        run[:] = number
        run[0, 0] = -1  # not constant over all
    bank, scales = resident([series])
    x, y, _ = bank.gather(torch.arange(len(bank)))
    cut = torch.cat([x, y], -1)[:, 1] * float(scales[0].std[1]) + float(scales[0].mean[1])
    assert len(bank) == 2 + 1 + 0 + 5
    assert (cut.max(-1).values - cut.min(-1).values).max() < 1e-5


def test_only_the_series_is_held(make_series):
    bank, _ = resident([make_series(500)], w=50)
    held = sum(
        tensor.untyped_storage().nbytes()
        for tensor in (bank.frames, bank.first_frame, bank.session, bank.deviation)
    )
    assert held < 500 * 4 * 4 + 500 * 16 + 100


def test_a_series_too_short_is_named(make_series):
    with pytest.raises(SeriesError, match="series 2: a window needs 5 consecutive frames"):
        resident([make_series(10), make_series(4)])
