import base64
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, lfilter, sosfiltfilt

from attnconn_core.sources import Simulated
from attnconn_core.timeseries import Profile, profile, unlike
from tests.core.timeseries.profiles import FRAMES, REGIONS, cohort, of, scan, study

RNG = np.random.default_rng(0)
ORDER, FRAME_ORDER = RNG.permutation(REGIONS), RNG.permutation(FRAMES)


def shuffled_side(values):
    return np.concatenate([values[:, :12], values[FRAME_ORDER][:, 12:]], axis=1)


def dead(values):
    values = values.copy()
    values[:, [2, 9]] = 0.04 * RNG.normal(size=(FRAMES, 2)) * values.std()
    return values


def filtered(values):
    return sosfiltfilt(butter(2, 2 * 0.72 * 0.3, "high", output="sos"), values, axis=0)


def later(change):
    return lambda values: np.concatenate([values[:200], change(values[200:])])


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        (lambda each: each[FRAME_ORDER], "autocorrelation"),
        (lambda each: RNG.normal(size=each.shape), "autocorrelation"),
        (filtered, "autocorrelation"),
        (lambda each: each[::3], "autocorrelation"),
        (lambda each: lfilter(np.ones(6), [1], each, axis=0), "autocorrelation"),
        (dead, "regions"),
        (shuffled_side, "regions"),
        (lambda each: np.concatenate([each[:, :12], scan(77)[:, 12:]], axis=1), "sides"),
        (lambda each: np.where(np.arange(REGIONS) % 2, each, scan(77)), "every other"),
        (lambda each: each[:, ORDER], "connectivity"),
        (lambda each: np.roll(each, 1, axis=1), "connectivity"),
        (lambda each: each[:, ::-1], "connectivity"),
        (later(lambda each: np.roll(each, -1, axis=1)), "moved"),
        (later(lambda each: each[:, ORDER]), "second half"),
        (lambda each: later(lambda half: half[:, ORDER])(each)[::-1], "first half"),
    ],
)
def test_a_session_that_is_wrong_is_found_by_one_measure(change, measure):
    for seed in range(3):
        profiles = cohort(**{f"s{seed}": change(scan(seed))})
        (found,) = unlike(profiles)
        assert (found.key, found.measure) == (f"s{seed}", measure)


def test_values_are_those_of_the_session_and_of_most():
    (found,) = unlike(cohort(s4=scan(4)[FRAME_ORDER]))
    assert found.value == pytest.approx(0, abs=0.1)
    assert found.usual == pytest.approx(0.8, abs=0.05)
    own, usual = found.connectivity
    assert own == pytest.approx(usual, abs=0.15)
    (found,) = unlike(cohort(s4=dead(scan(4))))
    assert found.numbers == (2, 9)
    (found,) = unlike(cohort(s4=later(lambda each: np.roll(each, -1, axis=1))(scan(4))))
    assert found.moved == pytest.approx(found.usual, abs=0.15)
    assert found.value < found.moved - 0.1


def test_a_correlation_is_with_the_median_of_the_others():
    scans = [scan(seed, regions=14) for seed in range(8)]
    scans[3] = scans[3][:, np.argsort(ORDER[:14])]
    (found,) = unlike({str(number): of(each) for number, each in enumerate(scans)})

    def edges(values):
        fisher = np.arctanh(np.corrcoef(values.T)[np.triu_indices(14, 1)])
        return (fisher - fisher.mean()) / fisher.std()

    whole = np.array([edges(each[:200]) + edges(each[200:]) for each in scans])
    whole /= np.linalg.norm(whole, axis=1, keepdims=True)
    expected = [
        np.corrcoef(whole[number], np.median(np.delete(whole, number, axis=0), axis=0))[0, 1]
        for number in range(8)
    ]
    assert found.value == pytest.approx(expected[3], abs=0.03)
    assert found.usual == pytest.approx(np.median(expected), abs=0.03)


def test_several_wrong_sessions_are_all_found():
    profiles = cohort(s1=scan(1)[:, ORDER], s2=scan(2)[:, ORDER], s5=scan(5)[FRAME_ORDER])
    assert [each.key for each in unlike(profiles)] == ["s1", "s2", "s5"]


def test_a_cohort_that_is_alike_has_nobody_unlike():
    assert unlike(cohort()) == ()
    # A region less, and a short scan: nothing that these measures know of.
    assert unlike(cohort(s1=scan(1)[:, :20], s2=scan(2)[:120], s3=scan(3)[:60])) == ()


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: scan(seed, network=seed),
        lambda seed: np.random.default_rng(seed).normal(size=(FRAMES, REGIONS)),
        lambda seed: np.random.default_rng(seed).normal(size=(FRAMES, REGIONS)).cumsum(axis=0),
        lambda seed: scan(seed, network=seed % 2),
        lambda seed: scan(seed, n=100 + 20 * (seed % 6)),
    ],
    ids=["own networks", "white noise", "random walks", "two groups", "lengths"],
)
def test_sessions_that_differ_anyhow_are_not_said(draw):
    for first in range(0, 60, 20):
        profiles = {str(seed): of(draw(seed)) for seed in range(first, first + 20)}
        assert unlike(profiles) == ()


def test_simulated_cohorts_have_nobody_unlike():
    for haemodynamic in (False, True):
        source = Simulated(haemodynamic=haemodynamic)
        assert unlike({each.key: profile(source.load(each)) for each in source.sessions()}) == ()


def packed(values):
    return base64.b64encode(np.round(np.asarray(values) * 127).astype(np.int8).tobytes()).decode()


def recorded(rows, frames=400):
    return {str(i): Profile(frames, autocorrelation=packed(row)) for i, row in enumerate(rows)}


def test_autocorrelation_must_be_far_by_size_and_among_sessions():
    spread = np.tanh(np.linspace(0.2, 1.2, 10))
    assert unlike(recorded([[each] * 12 for each in spread])) == ()
    same = [[0.8] * 12 for _ in range(9)]
    assert unlike(recorded([*same, [0.75] * 12], frames=10**6)) == ()
    (found,) = unlike(recorded([*same, [0.6] * 12]))
    assert (found.key, found.measure) == ("9", "autocorrelation")


def test_regions_of_noise_have_no_autocorrelation_and_none_rises_for_them():
    same = [np.full(12, 0.8) - 0.6 * (np.arange(12) > 8) for _ in range(9)]
    noise, weak, swapped = (same[0].copy() for _ in range(3))
    noise[2], weak[2] = 0.0, 0.25
    swapped[[2, 10]] = swapped[[10, 2]]
    swapped[2] = 0.1
    (found,) = unlike(recorded([*same, noise]))
    assert (found.measure, found.numbers) == ("regions", (2,))
    assert unlike(recorded([*same, weak])) == ()
    assert unlike(recorded([*same, swapped])) == ()


def test_sides_must_be_far_by_size_and_among_sessions():
    def sides(*firsts):
        told = zip(cohort().items(), firsts, strict=True)
        return {key: replace(each, sides=(first, 1.0)) for (key, each), first in told}

    assert unlike(sides(*[1.0] * 9, 0.55)) == ()
    assert unlike(sides(*np.linspace(0.3, 1.3, 10))) == ()
    (found,) = unlike(sides(*[1.0] * 9, 0.45))
    assert (found.key, found.measure) == ("s9", "sides")


def test_of_few_sessions_nobody_is_unlike():
    profiles = cohort(s1=scan(1)[:, ORDER])
    few = {key: profiles[key] for key in [f"s{seed}" for seed in range(5)]}
    assert unlike(few) == ()
    assert unlike(few | {"s5": profiles["s5"]}) != ()
    assert unlike({}) == ()


def shuffled(*sessions):
    """Return a change that puts the regions of some sessions in another order."""
    return lambda subject, session, values: (
        values[:, ORDER] if (subject, session) in sessions else values
    )


def test_a_subject_whose_sessions_agree_is_told_from_a_session_that_is_wrong():
    both = unlike(*study(shuffled((3, 0), (3, 1))))
    assert [(each.key, each.measure) for each in both] == [
        ("sub-3_ses-0", "connectivity"),
        ("sub-3_ses-1", "connectivity"),
    ]
    assert all(each.agrees_with_own for each in both)
    (one,) = unlike(*study(shuffled((3, 1))))
    assert (one.key, one.measure) == ("sub-3_ses-1", "connectivity")
    assert not one.agrees_with_own
    own, usual = one.own
    assert abs(own) < 0.2 < usual - 0.6
    profiles, _ = study(shuffled((3, 1)))
    (unnamed,) = unlike(profiles)
    assert unnamed.own is None
    assert not unnamed.agrees_with_own


@pytest.mark.parametrize("spread", [1.2, 2.0])
def test_where_subjects_are_little_alike_a_subjects_own_sessions_are_compared(spread):
    assert unlike(*study(spread=spread)) == ()
    found = unlike(*study(shuffled((3, 1)), spread=spread))
    assert [(each.key, each.measure) for each in found] == [
        ("sub-3_ses-0", "own sessions"),
        ("sub-3_ses-1", "own sessions"),
    ]
    assert found[0].value == found[0].own[0] < 0.2
    assert found[0].usual == found[0].own[1] > 0.9


def test_of_three_sessions_the_one_that_differs_is_said():
    profiles, subjects = study(shuffled((3, 1)), spread=2.0)
    third = {f"sub-{each}_ses-2": of(scan(100 + each, subject=each, spread=2.0)) for each in (3, 4)}
    subjects |= {key: key[4] for key in third}
    (found,) = unlike(profiles | third, subjects)
    assert (found.key, found.measure) == ("sub-3_ses-1", "own sessions")


def test_a_subjects_much_shorter_scan_is_not_held_against_it():
    profiles, subjects = study(shuffled((3, 1)), spread=2.0)
    assert len(unlike(profiles, subjects)) == 2
    assert unlike(profiles | {"sub-3_ses-1": replace(profiles["sub-3_ses-1"], frames=200)}) == ()


def recorded_halves(agreements):
    """Return profiles of sessions that correlate so with what they have in common."""
    rng = np.random.default_rng(1)
    common, *others = np.linalg.qr(rng.normal(size=(200, 1 + len(agreements))))[0].T
    told = {}
    for number, (agreement, other) in enumerate(zip(agreements, others, strict=True)):
        row = agreement * common + np.sqrt(1 - agreement**2) * other
        text = packed(row / np.abs(row).max())
        told[str(number)] = Profile(400, halves=(text, text), shifted=(0.9, 0.0))
    return told


def test_who_has_nothing_in_common_with_others_need_not_be_as_far():
    usual = [0.87, 0.85, 0.82, 0.79, 0.76, 0.74, 0.70, 0.90, 0.67]
    (found,) = unlike(recorded_halves([*usual, 0.0]))
    assert (found.key, found.measure) == ("9", "connectivity")
    assert unlike(recorded_halves([*usual, 0.2])) == ()
