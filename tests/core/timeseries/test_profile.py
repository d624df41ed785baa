import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnconn_core.timeseries import Profile
from attnconn_core.timeseries.profile import unpacked_profile
from tests.core.timeseries.profiles import FRAMES, of, scan

FEW = 14  # regions, whose 91 edges are held one by one


def edges(values):
    matrix = np.corrcoef(values.T)
    return np.arctanh(matrix[np.triu_indices(len(matrix), 1)])


def likeness(first, second):
    return np.corrcoef(first, second)[0, 1]


def cosine(first, second):
    first, second = unpacked_profile(first), unpacked_profile(second)
    return first @ second / np.linalg.norm(first) / np.linalg.norm(second)


def test_a_profile_of_few_regions_holds_their_correlations():
    values = scan(0, regions=FEW)
    for held, half in zip(of(values).halves, np.split(values, 2), strict=True):
        centred = edges(half) - edges(half).mean()
        np.testing.assert_allclose(
            unpacked_profile(held), centred / np.abs(centred).max(), atol=0.01
        )


def test_profiles_of_many_regions_correlate_as_their_matrices_do():
    scans = [scan(seed, regions=60) for seed in range(4)]
    scans.append(scan(7, regions=60, network=5))
    held = [of(each).halves[0] for each in scans]
    assert all(len(unpacked_profile(each)) == 256 for each in held)
    found, exact = [], []
    for i, j in zip(*np.triu_indices(len(scans), 1), strict=True):
        found.append(cosine(held[i], held[j]))
        exact.append(likeness(edges(scans[i][: FRAMES // 2]), edges(scans[j][: FRAMES // 2])))
    assert max(exact) - min(exact) > 0.6
    np.testing.assert_allclose(found, exact, atol=0.15)
    assert np.std(np.subtract(found, exact)) < 0.07


def test_autocorrelation_is_that_of_every_region():
    values = scan(0)
    centred = values - values.mean(axis=0)
    expected = (centred[1:] * centred[:-1]).sum(axis=0) / (centred**2).sum(axis=0)
    np.testing.assert_allclose(unpacked_profile(of(values).autocorrelation), expected, atol=0.005)


def test_halves_that_agree_once_regions_are_moved():
    values = scan(0)
    first, second = np.split(values, 2)
    as_is, moved = of(values).shifted
    assert as_is == pytest.approx(likeness(edges(first), edges(second)), abs=0.01)
    other_way = of(np.concatenate([first, np.roll(second, 1, axis=1)])).shifted
    assert other_way[1] == pytest.approx(as_is, abs=0.01)
    assert moved == pytest.approx(
        max(likeness(edges(first), edges(np.roll(second, way, axis=1))) for way in (1, -1)),
        abs=0.01,
    )


def test_sides_that_have_nothing_to_do_with_each_other():
    first_last, every_other = of(scan(0)).sides
    assert 0.7 < first_last < 1.4
    assert 0.7 < every_other < 1.4
    values = scan(0)
    values[:, 12:] = scan(1)[:, 12:]
    assert of(values).sides[0] < 0.4
    values = scan(0)
    values[:, ::2] = scan(1)[:, ::2]
    assert of(values).sides[1] < 0.4


def test_sides_are_ratios_of_root_mean_squares():
    values = scan(0)
    half = [np.corrcoef(each.T) for each in np.split(values, 2)]
    matrix = np.mean(half, axis=0)
    np.fill_diagonal(matrix, np.nan)
    within = [np.nanmean(matrix[part, part] ** 2) for part in (np.s_[:12], np.s_[12:])]
    expected = np.sqrt(np.mean(matrix[:12, 12:] ** 2) / np.sqrt(within[0] * within[1]))
    assert of(values).sides[0] == pytest.approx(expected, abs=0.002)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_offset_and_scale_of_a_region_change_nothing(seed):
    rng = np.random.default_rng(seed)
    values = scan(0)
    scale = rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-3, 3, size=values.shape[1])
    changed = of((values + rng.normal(size=values.shape[1]) * 10) * scale)
    assert_alike(changed, of(values))


def assert_alike(first, second):
    pairs = [*zip(first.halves, second.halves, strict=True)]
    pairs.append((first.autocorrelation, second.autocorrelation))
    for one, other in pairs:
        np.testing.assert_allclose(unpacked_profile(one), unpacked_profile(other), atol=0.01)
    np.testing.assert_allclose(first.shifted, second.shifted, atol=0.005)
    np.testing.assert_allclose(first.sides, second.sides, atol=0.005)


def test_runs_are_centred_and_scaled_by_themselves():
    one, two = np.split(scan(0, regions=FEW), 2)
    assert_alike(of(one, 1000 * two + 5e4), of(one, two))
    first, second = of(one, two).halves
    centred = edges(two) - edges(two).mean()
    assert np.corrcoef(unpacked_profile(second), centred)[0, 1] > 0.999
    assert cosine(first, second) < 0.99


def test_halves_are_of_all_frames_where_runs_differ_in_length():
    parts = scan(0, 200, regions=FEW), scan(1, 200, network=5, regions=FEW)
    values = np.concatenate(parts)
    for held, whole in zip(of(values[:100], values[100:]).halves, of(values).halves, strict=True):
        assert cosine(held, whole) > 0.97


def test_no_pair_of_frames_crosses_from_a_run_into_the_next():
    rng = np.random.default_rng(0)
    # Alternating within runs of even length: a pair across would be the only one that agrees.
    runs = [np.tile([[1.0], [-1.0]], (1, 12)) * (1 + rng.normal(size=(2, 12)) / 9) for _ in "ab"]
    runs = [np.tile(run, (20, 1)) for run in runs]
    runs = [run + rng.normal(size=run.shape) / 100 for run in runs]
    together = unpacked_profile(of(*runs).autocorrelation)
    alone = -39 / 40
    np.testing.assert_allclose(together, alone, atol=0.01)


def test_a_spike_hardly_changes_a_profile():
    values = scan(0)
    struck = values.copy()
    struck[100] += 1e4
    for one, other in zip(of(struck).halves, of(values).halves, strict=True):
        assert cosine(one, other) > 0.95


def test_what_says_more_elsewhere_has_no_profile():
    values = scan(0)
    assert of(values[:79]) == Profile()
    assert of(values[:80]) != Profile()
    assert of(values + 1e4 * (np.arange(FRAMES) > 200)[:, None]) == Profile()
    assert of(values + 10.0 * np.arange(FRAMES)[:, None]) == Profile()


def test_few_regions_have_an_autocorrelation_and_no_connectivity():
    told = of(scan(0)[:, :9])
    assert told.halves == ("", "")
    assert len(unpacked_profile(told.autocorrelation)) == 9


def test_a_region_that_does_not_change_has_no_autocorrelation():
    values = scan(0)
    values[:, 3] = 7
    values[9, 5] = np.nan
    held = unpacked_profile(of(values).autocorrelation)
    assert np.flatnonzero(np.isnan(held)).tolist() == [3, 5]
    assert np.isfinite(of(values).sides).all()


def test_a_profile_is_short():
    told = of(scan(0, regions=100))
    assert len("".join(told.halves) + told.autocorrelation) < 900


def test_what_regions_share_is_the_variance_of_their_mean():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2000, 20))
    assert of(values).shared == pytest.approx(1, abs=0.15)
    assert of(values + 50 * rng.normal(size=(2000, 1))).shared == pytest.approx(20, abs=0.1)
    same = (values - values.mean(axis=0)) / values.std(axis=0)
    assert of(same - same.mean(axis=1, keepdims=True)).shared == pytest.approx(0, abs=0.03)
    assert of(values[:, :9]).shared is None
