import numpy as np
import pytest

from attnconn_core.connectivity import MultiGroupLingam
from attnconn_core.connectivity.peers.direct_lingam import DirectLingam
from attnconn_core.errors import CohortError, SeriesError
from attnconn_core.records import TimeSeries


@pytest.mark.usefixtures("lingam")
def test_effects_run_from_column_to_row_in_one_direction(instant):
    found = DirectLingam().estimate(instant)
    values = found.values
    assert values[1, 0] > 0.4
    assert values[2, 1] < -0.4
    assert (values[0, 1], values[1, 2]) == (0, 0)
    assert not values.diagonal().any()
    assert found.metrics["edges"] <= 4 / 12
    assert values.tobytes() == DirectLingam().estimate(instant).values.tobytes()


@pytest.mark.parametrize("scale", [1e-9, 1e6])
@pytest.mark.usefixtures("lingam")
def test_units_do_not_matter(instant, scale):
    scaled = TimeSeries(
        tuple(scale * run.astype(np.float64) for run in instant.runs), 1.0, instant.regions
    )
    found = [DirectLingam().estimate(each).values for each in (instant, scaled)]
    assert np.allclose(*found, atol=1e-4)


@pytest.mark.usefixtures("lingam")
def test_sessions_share_their_order_and_have_effects_of_their_own(instant):
    one, other = (TimeSeries((run,), 1.0, instant.regions) for run in instant.runs)
    found = MultiGroupLingam().estimate_cohort([one, other])
    assert len(found) == 2
    assert all(each.values[1, 0] > 0.4 and each.values[0, 1] == 0 for each in found)
    assert not np.array_equal(found[0].values, found[1].values)
    assert all(each.metrics == {"cohort_informed": 1.0} for each in found)


def test_what_cannot_be_used_is_refused(instant):
    rng = np.random.default_rng(0)
    short = TimeSeries((rng.standard_normal((5, 4)),), 1.0, tuple("abcd"))
    with pytest.raises(SeriesError, match="of 4 regions needs at least 6 frames; got 5"):
        DirectLingam().estimate(short)
    with pytest.raises(CohortError, match="at least 2 sessions; got 1"):
        MultiGroupLingam().estimate_cohort([instant])
    renamed = TimeSeries(instant.runs, 1.0, tuple("wxyz"))
    with pytest.raises(CohortError, match="must have the same regions"):
        MultiGroupLingam().estimate_cohort([instant, renamed])
