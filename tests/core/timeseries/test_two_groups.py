"""Two groups of subjects, whose sessions are processed in two ways, or simply differ."""

import base64

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from attnconn_core.sources import Simulated
from attnconn_core.timeseries import Profile, profile, two_groups
from tests.core.timeseries.profiles import REGIONS, mixing, scan, study

ORDER = np.random.default_rng(0).permutation(REGIONS)


def in_another_order(values):
    return values[:, ORDER]


def filtered(values):
    return sosfiltfilt(butter(2, 2 * 0.72 * 0.1, output="sos"), values, axis=0)


def without_global_signal(values):
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    shared = values.mean(axis=1)
    return values - np.outer(shared, shared @ values / (shared @ shared))


def of_another_time(values):
    return values[::2]


def packed(values):
    values = np.asarray(values) / max(1.0, np.abs(values).max())
    return base64.b64encode(np.round(values * 127).astype(np.int8).tobytes()).decode()


def resembling(groups, within, between, leaning=0, lean=0.0):
    """Return profiles of subjects that correlate so within groups and between; None: with none.

    The first ones, as many as lean, correlate by `lean` with the subjects of group 1.
    """
    rng = np.random.default_rng(2)
    shared, *parts = np.linalg.qr(rng.normal(size=(256, 60)))[0].T
    told = {}
    for number, group in enumerate(groups):
        row = parts[10 + number]
        if group is not None:
            mine = np.sqrt(within - between) * parts[group] + np.sqrt(between) * shared
            mine += (number < leaning) * lean / np.sqrt(within) * parts[1]
            row = mine + np.sqrt(1 - mine @ mine) * row
        text = packed(row / np.abs(row).max())
        told[str(number)] = Profile(400, halves=(text, text))
    return told


def measured(frames=(400,) * 8, autocorrelation=(0.5,) * 8, shared=(None,) * 8):
    told = zip(frames, autocorrelation, shared, strict=True)
    return {
        str(i): Profile(count, autocorrelation=packed([each] * 12), shared=common)
        for i, (count, each, common) in enumerate(told)
    }


def some(change, *subjects):
    return lambda subject, _, values: change(values) if subject in subjects else values


def keys_of(*subjects):
    return tuple(f"sub-{subject}_ses-{session}" for subject in subjects for session in range(2))


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        (in_another_order, "connectivity"),
        (filtered, "autocorrelation"),
        (without_global_signal, "shared"),
        (of_another_time, "frames"),
    ],
)
@pytest.mark.parametrize("subjects", [(5, 6, 7), (1, 4), (0, 6)])
def test_subjects_that_were_processed_otherwise_are_one_group(change, measure, subjects):
    (found, *_) = two_groups(*study(some(change, *subjects)))
    assert (found.measure, found.keys) == (measure, keys_of(*subjects))
    assert found.others == keys_of(*(each for each in range(8) if each not in subjects))


def test_of_two_groups_as_large_the_one_without_the_first_session_is_named():
    for subjects in ((0, 1, 2, 3), (4, 5, 6, 7)):
        for change in (in_another_order, without_global_signal):
            (found,) = two_groups(*study(some(change, *subjects)))
            assert found.keys == keys_of(4, 5, 6, 7)


def test_values_are_those_of_the_named_group_and_of_the_other():
    (found,) = two_groups(*study(some(in_another_order, 5, 6, 7)))
    assert found.value > 0.5 < found.usual
    assert abs(found.between) < 0.2
    (found,) = two_groups(*study(some(without_global_signal, 5, 6, 7)))
    assert found.value < 0.1
    assert found.usual > 0.5
    (found,) = two_groups(*study(some(of_another_time, 5, 6)))
    assert found.value < found.usual == pytest.approx(0.8, abs=0.05)
    # A scan of more frames, and closer ones.
    (found,) = two_groups(*study(some(of_another_time, *range(6))))
    assert found.keys == keys_of(6, 7)
    assert found.value > found.usual


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_subjects_of_neither_group_hide_none(seed):
    def change(subject, _, values):
        if subject == 2:
            values = np.random.default_rng(seed).permuted(values, axis=1)
        return values[:, ORDER] if subject > 5 else values

    (found,) = two_groups(*study(change, subjects=10))
    assert found.keys == keys_of(6, 7, 8, 9)
    assert found.others == keys_of(0, 1, 3, 4, 5)


def test_a_cohort_that_is_alike_and_one_subject_are_no_group():
    assert two_groups({}) == ()
    assert two_groups(*study()) == ()
    for change in (in_another_order, filtered, without_global_signal, of_another_time):
        assert two_groups(*study(some(change, 5))) == ()
        assert two_groups(*study(some(change, 2, 3), subjects=4)) == ()


@pytest.mark.parametrize("change", [in_another_order, without_global_signal])
def test_a_border_within_subjects_is_none(change):
    assert two_groups(*study(lambda _, session, each: change(each) if session else each)) == ()


def test_shorter_scans_of_one_repetition_time_are_no_group():
    assert two_groups(*study(some(lambda values: values[:200], 1, 4))) == ()


@pytest.mark.parametrize("moved", [0.2, 0.4, 0.6])
def test_patients_and_controls_are_no_groups(moved):
    def draw(subject, session, values):
        rng = np.random.default_rng((subject, session))
        slow = filtered(rng.normal(size=(len(values), 6)))
        return values + (subject % 2) * moved * slow @ mixing(5) / slow.std()

    for subjects in (8, 14):
        assert two_groups(*study(draw, subjects=subjects)) == ()


def test_networks_of_their_own_and_noise_are_no_groups():
    def noise(subject, session, values):
        return np.random.default_rng((subject, session)).normal(size=values.shape)

    def own(subject, session, values):
        return scan(2 * subject + session, len(values), network=subject, regions=12)

    for subjects in (5, 6, 8, 12):
        assert two_groups(*study(noise, subjects=subjects, n=200, regions=12)) == ()
        assert two_groups(*study(own, subjects=subjects, n=200)) == ()


def test_simulated_cohorts_are_one_group():
    for seed in range(5):
        source = Simulated(subjects=8, regions=12, haemodynamic=seed % 2 == 1, seed=seed)
        sessions = source.sessions()
        profiles = {each.key: profile(source.load(each)) for each in sessions}
        assert two_groups(profiles, {each.key: each.subject for each in sessions}) == ()


def test_groups_must_resemble_each_other_within_and_little_between():
    halves = [0] * 5 + [1] * 4
    (found,) = two_groups(resembling(halves, 0.6, 0.1))
    assert (found.value, found.usual, found.between) == pytest.approx((0.6, 0.6, 0.1), abs=0.03)
    assert two_groups(resembling(halves, 0.6, 0.2)) == ()
    assert two_groups(resembling(halves, 0.26, 0.0)) == ()
    assert len(two_groups(resembling(halves, 0.35, 0.0))) == 1


def test_subjects_between_the_groups_make_them_one():
    halves = [0] * 8 + [1] * 4
    assert len(two_groups(resembling(halves, 0.35, 0.0))) == 1
    assert two_groups(resembling(halves, 0.35, 0.0, leaning=2, lean=0.25)) == ()


def test_two_groups_must_hold_most_of_all_subjects():
    halves = [0] * 5 + [1] * 4
    assert len(two_groups(resembling([*halves, None, None], 0.6, 0.05))) == 1
    assert two_groups(resembling([*halves, None, None, None, None], 0.6, 0.05)) == ()


def test_values_must_have_a_gap_by_size_and_in_deviations():
    wide, narrow = np.linspace(-0.09, 0.09, 4), np.linspace(-0.01, 0.01, 4)
    for gap, spread, groups in ((0.45, narrow, 1), (0.2, narrow, 0), (0.5, wide, 0)):
        z = np.r_[0.6 + spread, 0.6 + gap + spread]
        assert len(two_groups(measured(autocorrelation=np.tanh(z)))) == groups
    for factor, spread, groups in ((4, narrow, 1), (2, narrow, 0), (8, 4 * wide, 0)):
        shared = np.exp(np.r_[spread, np.log(factor) + spread])
        assert len(two_groups(measured(shared=shared.tolist()))) == groups


def test_what_lies_near_0_is_no_gap():
    assert two_groups(measured(shared=[0.001, 0.002, 0.001, 0.002, 0.04, 0.05, 0.05, 0.04])) == ()


def test_fewer_frames_must_go_with_less_autocorrelation():
    frames = (400,) * 5 + (200,) * 3
    usual, lower = [0.7, 0.71, 0.72, 0.7, 0.71], [0.6, 0.61, 0.62]
    (found,) = two_groups(measured(frames, [*usual, *lower]))
    assert (found.measure, found.keys) == ("frames", ("5", "6", "7"))
    assert two_groups(measured(frames, [*usual, 0.69, 0.68, 0.69])) == ()
    assert two_groups(measured(frames, [*usual, 0.6, 0.61, 0.715])) == ()
    assert two_groups(measured(frames, [0.7, 0.65, 0.8, 0.75, 0.7, 0.62, 0.63, 0.5])) == ()
    assert two_groups(measured((400,) * 5 + (300,) * 3, [*usual, *lower])) == ()
    assert two_groups(measured(frames, [*lower, *lower[:2], *usual[:3]])) == ()


def test_a_kind_that_is_rare_is_no_group():
    z = np.r_[np.full(58, 0.6), 1.2, 1.2]
    assert two_groups(measured((400,) * 60, np.tanh(z), (None,) * 60)) == ()
