import numpy as np
import pytest

from attnconn_core.timeseries.amplitude import spikes
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean


def test_what_cannot_be_measured_is_left_out():
    one, short, two = clean(50), clean(9), clean(60, seed=1)
    one[3, 4] = np.nan
    two[:, 6] = 7.0
    part = usable_part(as_series(one, short, two))
    assert part.n_frames == 110
    assert part.numbers == (1, 3)
    assert part.first_frames == (0, 59)
    assert part.n_regions == 18
    assert not {"R04", "R06"} & set(part.regions)
    assert usable_part(as_series(short)) is None
    assert usable_part(as_series(one[:, :1])) is None


def test_measuring_changes_no_values():
    series = as_series(np.asfortranarray(clean()))
    before = series.runs[0].copy()
    part = usable_part(series)
    runs = [run.copy() for run in part.runs]
    expected = np.median(runs[0], axis=0)
    assert np.allclose(part.medians[0], expected, atol=1e-5)
    distance = np.median(np.abs(runs[0] - expected), axis=0)
    assert np.allclose(part.scales[0], 1.4826 * distance, rtol=1e-4)
    assert part.written > 0
    assert part.standardised.std(axis=0).round(6).tolist() == [1.0] * 20
    assert all((run == as_before).all() for run, as_before in zip(part.runs, runs, strict=True))
    assert (series.runs[0] == before).all()


def test_the_decimals_of_a_file_are_seen():
    values = clean(600) / 5
    assert usable_part(as_series(values.round(2))).written == pytest.approx(0.01, rel=0.05)
    assert usable_part(as_series(values)).written < 1e-4


@pytest.mark.parametrize("offset", [0.0, 0.3, 1e4])
def test_of_whole_numbers_that_are_mostly_one_the_deviation_is_the_standard_one(offset):
    values = (clean(300) / clean(300).std(axis=0) * 0.5).round() + offset
    part = usable_part(as_series(values))
    np.testing.assert_allclose(part.scales[0], part.runs[0].std(axis=0), rtol=1e-6)
    assert spikes(part) == ("", ())
    values[100] += 1000
    said, frames = spikes(usable_part(as_series(values)))
    assert frames == (100,)
    assert ", up to 17 in " in said
