import numpy as np
import pytest

from attnconn_core.timeseries import suspicions
from tests.core.timeseries.suspicious_series import as_series, clean


@pytest.mark.parametrize("size", [2.0, -3.0])
@pytest.mark.parametrize("at", [80, 150])
def test_two_scans_that_were_joined_are_told_from_where(size, at):
    values = clean()
    values[at:] += size * values.std(axis=0)
    said = [told for told in suspicions(as_series(values)) if "another level" in told]
    assert len(said) == 1
    assert f"another level from frame {at} on (run 1)" in said[0]
    assert "Were two scans joined? Store them as two runs" in said[0]


def test_the_same_as_two_runs_or_as_a_drift_is_no_jump():
    values = clean()
    values[150:] += 3 * values.std(axis=0)
    assert suspicions(as_series(values[:150], values[150:])) == ()
    drifting = clean() + 2 * np.linspace(-1, 1, len(values))[:, None] * clean().std(axis=0)
    assert not any("another level" in told for told in suspicions(as_series(drifting)))


def test_a_jump_in_a_few_regions_is_theirs():
    values = clean()
    some = slice(0, values.shape[1] // 4)
    values[150:, some] += 3 * values[:, some].std(axis=0)
    assert not any("another level" in told for told in suspicions(as_series(values)))
