"""Carpets of several sessions share their scales, and each says what it is."""

import numpy as np
import pytest

from attnconn_core import TimeSeries
from attnconn_core.errors import ParameterError
from attnconn_core.figures import carpets


def _series(frames: int, regions: int = 5, runs: int = 1) -> TimeSeries:
    values = np.random.default_rng(frames).standard_normal((frames, regions))
    return TimeSeries.from_array(np.split(values, runs) if runs > 1 else values, 0.5)


def _shown(figure):
    return [axes for axes in figure.axes if axes.images and axes.get_visible()]


def test_every_session_has_a_panel_with_its_name_and_note(written):
    series = {"sub-1": _series(40), "sub-2": _series(60), "sub-3": _series(40), "sub-4": _series(8)}
    figure = carpets(series, {"sub-4": "n_frames of 8 is below $9$"}, "4 of 9 sessions")
    panels = _shown(figure)
    assert [axes.get_title(loc="left").split("\n")[0] for axes in panels] == list(series)
    assert "8 is below" in panels[3].get_title(loc="left")
    assert "4 of 9 sessions" in written(figure)
    for axes, own in zip(panels, series.values(), strict=True):
        drawn = axes.images[0]
        assert drawn.get_array().shape == (own.n_regions, own.n_frames)
        assert drawn.get_extent()[:2] == [0, own.n_frames * 0.5]
        assert drawn.get_clim() == (-2.5, 2.5)
        assert axes.get_xlim() == (0, 30)  # the longest
    # Each panel with none below it has the axis of time.
    assert [axes.get_xlabel() for axes in panels] == ["", "time (s)", "time (s)", "time (s)"]


def test_each_run_is_standardised_and_a_constant_region_is_masked():
    values = np.random.default_rng(0).standard_normal((40, 3))
    values[20:] += 100
    values[:, 2] = 7
    series = TimeSeries.from_array(np.split(values, 2), 0.5)
    (panel,) = _shown(carpets({"sub-1": series}, {}, ""))
    image = panel.images[0].get_array()
    np.testing.assert_allclose(image[:2, :20].mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(image[:2, 20:].mean(axis=1), 0, atol=1e-12)
    assert np.ma.getmaskarray(image)[2].all()
    assert [line.get_xdata()[0] for line in panel.lines] == [10]  # where the second run begins


def test_no_session_is_refused():
    with pytest.raises(ParameterError, match="at least one session"):
        carpets({}, {}, "")
