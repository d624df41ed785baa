import functools

import numpy as np
import pytest

from attnconn_core.errors import CohortError, ParameterError, SeriesError
from attnconn_core.forecasting.moments import LaggedMoments, lagged_moments
from attnconn_core.forecasting.pooled_moments import PooledMoments, deal
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import lagged_design

LAGS = 2
NAMES = ("a", "b", "c")


def scan(seed, n_frames=40, regions=NAMES):
    rng = np.random.default_rng(seed)
    values = 100 + rng.standard_normal((n_frames, len(regions))) * 10.0 ** rng.integers(-2, 3)
    return TimeSeries((values.astype(np.float32),), 0.72, regions)


def pooled(scans):
    """Of (subject, scan) pairs: a subject may have several."""
    found = PooledMoments(LAGS, NAMES, deal(subject for subject, _ in scans))
    return functools.reduce(lambda sums, each: sums.plus(*each), scans, found)


@pytest.fixture
def cohort():
    return [(f"s{number:02}", scan(number)) for number in range(7) for _ in range(2)]


def by_hand(scans):
    """X'X and X'Y of the designs of standardised scans, each centred, one below the other."""
    designs = []
    for series in scans:
        values = series.runs[0].astype(np.float64)
        scaled = (values - values.mean(axis=0)) / values.std(axis=0)
        designs.append([part - part.mean(axis=0) for part in lagged_design([scaled], LAGS)])
    past, present = (np.concatenate(parts) for parts in zip(*designs, strict=True))
    return past.T @ past, past.T @ present


def test_others_are_everyone_but_the_subject(cohort):
    for subject in ("s00", "s03", "s06"):
        others = pooled(cohort).without(subject)
        gram, cross = by_hand([series for name, series in cohort if name != subject])
        np.testing.assert_allclose(others.gram, gram, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(others.cross, cross, rtol=1e-9, atol=1e-9)
        assert others.n_samples == 12 * (40 - LAGS)
        assert (others.scale == 1).all()


def test_all_are_taken_for_a_subject_who_is_not_among_them(cohort):
    gram, _ = by_hand([series for _, series in cohort])
    everyone = pooled(cohort)
    np.testing.assert_allclose(everyone.without("stranger").gram, gram, rtol=1e-9, atol=1e-9)
    assert np.array_equal(everyone.without("stranger").gram, everyone.total.gram)


def test_own_data_leave_no_trace_in_the_others_sum(cohort):
    changed = [(n, scan(99) if n == "s03" else series) for n, series in cohort]
    one, another = (pooled(each).without("s03") for each in (cohort, changed))
    for name in ("gram", "cross", "total"):
        assert np.array_equal(getattr(one, name), getattr(another, name))
    assert not np.array_equal(
        pooled(changed).without("s01").gram, pooled(cohort).without("s01").gram
    )


def test_from_ten_subjects_on_a_tenth_is_left_out():
    assert len(set(deal(f"{n:02}" for n in range(10)).values())) == 10
    subjects = [f"{n:02}" for n in range(23)]
    dealt = deal(subjects)
    assert sorted(set(dealt.values())) == list(range(10))
    assert max(np.bincount(list(dealt.values()))) == 3
    assert deal(reversed(subjects)) == dealt
    scans = [(subject, scan(int(subject))) for subject in subjects]
    left_out = {name for name, group in dealt.items() if group == dealt["04"]}
    gram, _ = by_hand([series for name, series in scans if name not in left_out])
    np.testing.assert_allclose(pooled(scans).without("04").gram, gram, rtol=1e-9, atol=1e-9)


def test_all_of_a_pool_have_the_same_others_and_lose_nobody_else():
    subjects = [f"{number:02}" for number in range(25)]
    pools = [frozenset(subjects[::2]), frozenset(subjects[1::2])]
    dealt = deal(subjects, pools=pools)
    assert len(set(dealt.values())) == 10
    scans = [(subject, scan(int(subject))) for subject in subjects]
    sums = functools.reduce(
        lambda found, each: found.plus(*each), scans, PooledMoments(LAGS, NAMES, dealt)
    )
    for own, others in (pools, reversed(pools)):
        gram, _ = by_hand([series for name, series in scans if name in others])
        np.testing.assert_allclose(sums.outside(own).gram, gram, rtol=1e-9, atol=1e-9)
    with pytest.raises(CohortError, match="without 25 subjects"):
        sums.outside(subjects)
    # Few subjects stay alone, whatever their pools.
    assert sorted(deal(subjects[:7], pools=pools).values()) == list(range(7))


def test_memory_does_not_grow_with_the_cohort():
    sums = pooled([(f"{n:03}", scan(n)) for n in range(40)]).sums
    assert len(sums) == 10
    assert all(each.gram.shape == (6, 6) for each in sums.values())


def test_adding_leaves_what_was_there_as_it_was(cohort):
    before = pooled(cohort[:2])
    gram = before.total.gram.copy()
    before.plus("s00", scan(50))
    assert np.array_equal(before.total.gram, gram)


def test_bad_input_is_refused(cohort):
    sums = PooledMoments(LAGS, NAMES, deal(["s00", "s01"]))
    with pytest.raises(CohortError, match="at least one other subject"):
        sums.plus("s00", scan(0)).without("s00")
    with pytest.raises(CohortError, match="of the whole cohort"):
        _ = sums.total
    with pytest.raises(CohortError, match="s09 was not"):
        sums.plus("s09", scan(0))
    with pytest.raises(ParameterError, match="same regions; s00 has 2 beginning with b"):
        sums.plus("s00", scan(0, regions=("b", "c")))
    with pytest.raises(SeriesError, match="at least 3 frames"):
        sums.plus("s00", scan(0, n_frames=2))
    one = lagged_moments(cohort[0][1].runs, LAGS)
    with pytest.raises(ParameterError, match="2 lags of 3 regions and 3 lags of 3 regions"):
        LaggedMoments.plus(one, lagged_moments(cohort[0][1].runs, 3))
