"""PCMCI, PCMCI+ and CaLLTiF, and the closed form against tigramite's own tests."""

import numpy as np
import pytest

from attnconn_core.connectivity import LaggedPartial
from attnconn_core.connectivity.peers.calltif import Calltif
from attnconn_core.connectivity.peers.pcmci import Pcmci
from attnconn_core.connectivity.peers.pcmci_plus import PcmciPlus
from attnconn_core.connectivity.peers.tigramite_search import prepared
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries

EVERY = (Pcmci(), PcmciPlus(), Calltif())
OFF = ~np.eye(4, dtype=bool)


@pytest.mark.parametrize("lags", [1, 2])
@pytest.mark.usefixtures("tigramite")
def test_the_closed_form_is_tigramites_test_given_the_whole_past(chain, lags):
    """One inverse stands for a regression per link."""
    one = TimeSeries(chain.runs[:1], chain.repetition_time, chain.regions)
    parents = {
        target: [(source, -lag) for source in range(4) for lag in range(1, lags + 1)]
        for target in range(4)
    }
    # tigramite starts twice the lags into a run; `lags` frames less give it our samples.
    late = TimeSeries((one.runs[0][lags:],), one.repetition_time, one.regions)
    theirs = prepared(one, "pcmci", lags).run_mci(
        tau_min=0, tau_max=lags, parents=parents, max_conds_px=0
    )
    ours = LaggedPartial(lags).test(late)
    for lag in range(lags + 1):
        partial, p = (theirs[key][:, :, lag].T for key in ("val_matrix", "p_matrix"))
        kept = OFF if lag == 0 else np.ones_like(OFF)
        assert np.allclose(ours.partial[lag][kept], partial[kept], atol=1e-6)
        # It counts no degree of freedom for the mean.
        assert np.allclose(ours.p[lag][kept], p[kept], atol=0.005)


@pytest.mark.parametrize("estimator", EVERY, ids=lambda each: each.method)
@pytest.mark.usefixtures("tigramite")
def test_lagged_links_are_found_and_run_from_column_to_row(estimator, chain):
    found = estimator.estimate(chain)
    values = found.values
    assert (values[1, 0] > 0.4, values[2, 1] < -0.3) == (True, True)
    assert abs(values[0, 1]) < 0.15 > abs(values[1, 2])
    assert abs(values[2, 0]) < 0.15
    assert 2 / 12 <= found.metrics["edges"] <= 4 / 12
    assert (found.method, found.directed) == (estimator.method, True)


@pytest.mark.usefixtures("tigramite")
def test_links_within_a_frame_are_found_where_they_are_looked_for(instant):
    assert np.abs(Pcmci().estimate(instant).values * OFF).max() < 0.15
    calltif = Calltif().estimate(instant).values
    assert calltif[1, 0] == pytest.approx(calltif[0, 1], abs=0.05)
    assert calltif[1, 0] > 0.5
    plus = PcmciPlus().estimate(instant).values
    assert plus[1, 0] > 0.3
    assert plus[3, 0] == plus[0, 3] == 0


@pytest.mark.parametrize("estimator", EVERY, ids=lambda each: each.method)
@pytest.mark.usefixtures("tigramite")
def test_units_and_repetition_do_not_matter(estimator, chain):
    before = estimator.estimate(chain)
    assert before.values.tobytes() == estimator.estimate(chain).values.tobytes()
    for scale in (1e-9, 1e6):
        scaled = TimeSeries(
            tuple(scale * run.astype(np.float64) for run in chain.runs), 0.72, chain.regions
        )
        assert np.allclose(estimator.estimate(scaled).values, before.values, atol=1e-4)


@pytest.mark.usefixtures("tigramite")
def test_of_unrelated_regions_few_links_are_found():
    rng = np.random.default_rng(2)
    noise = TimeSeries((rng.standard_normal((200, 6)),), 1.0, tuple("abcdef"))
    for estimator in (Pcmci(), Calltif()):
        assert estimator.links(noise).edges().sum() <= 1


def test_settings_out_of_range_are_refused():
    for estimator in (Pcmci, PcmciPlus, Calltif):
        with pytest.raises(ParameterError, match="lags must be at least 1 frame; got 0"):
            estimator(lags=0)
    with pytest.raises(ParameterError, match="alpha must lie between 0 and 1; got 1"):
        Pcmci(alpha=1.0)


def test_too_few_frames_are_refused(chain):
    rng = np.random.default_rng(3)
    short = TimeSeries((rng.standard_normal((20, 10)),), 1.0, tuple(map(str, range(10))))
    with pytest.raises(SeriesError, match="calltif with 1 lags of 10 regions needs at least 21"):
        Calltif().estimate(short)
    with pytest.raises(SeriesError, match="pcmci: every value must be finite"):
        Pcmci().estimate(TimeSeries((np.full((50, 2), np.nan),), 1.0, ("a", "b")))
