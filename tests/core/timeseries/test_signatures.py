import numpy as np
import pytest
from scipy.signal import butter, detrend, filtfilt, lfilter

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import near_copies, signatures

REGIONS = 24


def scan(seed, n=300):
    """Autocorrelated regions that share a part with each other."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(REGIONS) + 0.3 * np.random.default_rng(99).normal(size=(REGIONS, REGIONS))
    return lfilter([1], [1, -0.8], rng.normal(size=(n, REGIONS)), axis=0) @ mixing


def of(*runs):
    series = TimeSeries(runs, 0.72, tuple(f"r{number}" for number in range(REGIONS)))
    return signatures(series)


@pytest.mark.parametrize(
    ("change", "shift"),
    [
        (lambda each: each, 0),
        (lambda each: each * np.linspace(1, 1e4, REGIONS) + 1e3, 0),
        (lambda each: each[:-10], 0),
        (lambda each: each[5:], 5),
        (lambda each: np.concatenate([scan(8, 40), each]), -40),
        (lambda each: each + 1e-3 * each.std() * scan(7), 0),
        (lambda each: each.round(2), 0),
        (lambda each: detrend(each, axis=0), 0),
        (lambda each: each + 3 * np.linspace(-1, 1, len(each))[:, None] ** 2, 0),
        (lambda each: each + 5.0 * np.arange(len(each))[:, None], 0),
        (lambda each: (each - each.mean(axis=0)) / each.std(axis=0), 0),
    ],
    ids=[
        *("same", "scaled", "shorter", "begins later", "begins earlier", "noise"),
        *("rounded", "detrended", "drift", "steep drift", "z-scored"),
    ],
)
def test_a_copy_that_was_changed_a_little_is_found(change, shift):
    sessions = {f"other-{seed}": of(scan(100 + seed)) for seed in range(5)}
    sessions |= {"a": of(scan(0)), "b": of(scan(1), change(scan(0)))}
    (found,) = near_copies(sessions)
    assert (found.first, found.second, found.shift) == ("a", "b", shift)
    assert found.correlation > 0.99


def test_what_two_recordings_may_share_makes_no_copy():
    """A task that drives half of the variance, filters, and one signal in all regions."""
    drive = scan(1000)
    b, a = butter(2, [0.0144, 0.144], "band")
    whole = lfilter([1], [1, -0.8], np.random.default_rng(2).normal(size=(40, 300)), axis=1)
    kinds = {
        "rest": scan,
        "task": lambda seed: np.sqrt(0.5) * (scan(seed) + drive),
        "filtered": lambda seed: filtfilt(b, a, scan(seed), axis=0),
        "filtered task": lambda seed: filtfilt(b, a, scan(seed) + drive, axis=0),
        "global signal": lambda seed: scan(seed) + 3 * whole[seed][:, None],
    }
    for name, make in kinds.items():
        found = near_copies({f"{name} {seed}": of(make(seed)) for seed in range(40)})
        assert not found, found[:3]


def test_a_signature_is_small_and_few_frames_have_none():
    assert len("".join(of(*[scan(seed, 1200) for seed in range(4)]))) <= 2000
    assert of(scan(0, 30)) == ("",)
    assert near_copies({"a": of(scan(0, 30)), "b": of(scan(0, 30)), "c": ()}) == ()
    still = TimeSeries((np.ones((80, REGIONS)),), 0.72, tuple(map(str, range(REGIONS))))
    assert near_copies({"a": signatures(still), "b": signatures(still)}) == ()
