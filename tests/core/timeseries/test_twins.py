import numpy as np
import pytest

from attnconn_core.timeseries import suspicions
from attnconn_core.timeseries.twins import twins
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean


def twinned(noise, factor=1.0):
    values = clean()
    drawn = np.random.default_rng(3).normal(size=len(values))
    values[:, 7] = 100 + factor * (values[:, 2] - 100) + noise * 5 * drawn
    return values


@pytest.mark.parametrize("factor", [1.0, -1.0, 300.0])
def test_a_region_under_two_names_or_its_mirror_image_is_said(factor):
    (told,) = suspicions(as_series(twinned(0.01 * abs(factor), factor)))
    assert "1 pair of regions holds nearly one signal (rule: |r| above 0.995): R07 and R02" in told
    assert ("r = −0.9999" in told) == (factor < 0)


def test_neighbours_that_resemble_each_other_are_no_twins():
    assert twins(usable_part(as_series(twinned(0.2)))) == ""
    assert twins(usable_part(as_series(clean()))) == ""


def test_what_only_a_drift_makes_alike_is_no_twin():
    values = clean() + 1e3 * np.linspace(-1, 1, 300)[:, None]
    assert twins(usable_part(as_series(values))) == ""


def test_many_pairs_are_counted_and_the_first_named():
    values = clean()
    values[:, 10:] = values[:, :10] + 0.01 * np.random.default_rng(0).normal(size=(300, 10))
    told = twins(usable_part(as_series(values)))
    assert told.startswith("10 pairs of regions hold nearly one signal")
    assert "R12 and R02 (r = " in told
    assert "…" in told
