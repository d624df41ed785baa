"""What of a session can't be repeated is left out, and named."""

from types import SimpleNamespace

import numpy as np

from attnconn_assets.assets.connectivity.repeats import make_repeats
from attnconn_assets.assets.forecasters.reseeded import make_reseeded_session_model
from attnconn_core.connectivity import METHODS, Pearson
from attnconn_core.errors import SeriesError
from attnconn_core.records import Session
from attnconn_core.timeseries import require_sound, simulate


def work_on(series, **settings):
    whole = {"method": METHODS["pearson"], "split_half": True}
    return SimpleNamespace(
        series=lambda: series,
        settings={**whole, **settings},
        partition="sub-1_ses-test",
        matrices=lambda *_: {},
        needs={},
    )


def read_pearson(work):
    return lambda part, whole: Pearson()  # noqa: ARG005


def test_each_half_is_estimated_from_its_own_frames():
    series = simulate(np.eye(3) * 0.3, 101, 0)
    found = make_repeats(work_on(series), read_pearson).files
    (first,), (second,) = (found[f"{half}_half.parquet"] for half in ("first", "second"))
    assert (first, second) == (50, 51)
    values = found["second_half.parquet"][51].values
    np.testing.assert_allclose(values, np.corrcoef(series.values[50:].T), atol=1e-6)


def test_a_half_in_which_a_region_stands_still_is_left_out_and_named():
    series = simulate(np.eye(3) * 0.3, 100, 0)
    series.runs[0][50:, 1] = 1.0

    class Sound(Pearson):
        def estimate(self, part):
            require_sound(part, "pearson")
            return super().estimate(part)

    result = make_repeats(work_on(series), lambda work: lambda part, whole: Sound())  # noqa: ARG005
    assert result.files == {}
    assert "region-2" in result.facts["repeats left out"]["halves"]
    try:
        require_sound(series, "pearson")
    except SeriesError:  # of the whole, the region moves
        raise AssertionError from None


def test_without_split_halves_and_seeds_there_is_nothing():
    result = make_repeats(
        work_on(simulate(np.eye(3) * 0.3, 100, 0), split_half=False), read_pearson
    )
    assert (result.files, result.facts) == ({}, {"repeats left out": {}})


def test_subjects_beyond_the_share_have_no_other_seed_and_sessions_stay_together():
    def left_out(subject, session, share):
        work = SimpleNamespace(
            session=Session(subject, session), settings={"seed_share": share}, partition="x"
        )
        try:
            return "left out" in make_reseeded_session_model(work).facts
        except KeyError:  # trained: the settings of training aren't there
            return False

    names = [f"s{number}" for number in range(400)]
    out = [left_out(name, "test", 0.25) for name in names]
    assert 0.65 < np.mean(out) < 0.85
    assert out == [left_out(name, "retest", 0.25) for name in names]
    # Who is in stays in as the share grows.
    more = [left_out(name, "test", 0.5) for name in names]
    assert all(one or not other for one, other in zip(out, more, strict=True))
    assert not any(left_out(name, "test", 1.0) for name in names)
