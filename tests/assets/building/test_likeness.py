"""What must hold between sessions, by what `time_series` recorded of each."""

from types import SimpleNamespace

import numpy as np

from attnconn_assets.building.likeness import (
    of_another_time,
    suspicious_beside_others,
    unlike_others,
)
from attnconn_assets.building.recorded import recorded_facts
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import levels, signatures


class Recorded:
    """A store that holds the facts of series and nothing else."""

    def __init__(self, **facts):
        self.facts = facts

    def readable(self, asset, key):
        assert asset == "time_series"
        return SimpleNamespace(facts=self.facts[key]) if key in self.facts else None


def fact(*recordings, time=0.72):
    return {"recordings": list(recordings), "repetition time": time}


def test_every_name_of_one_recording_is_left_out():
    store = Recorded(a=fact("x"), b=fact("y", "z"), c=fact("z"), d=fact("w"))
    found = unlike_others(recorded_facts(store, "time_series", "abcde"))
    assert set(found) == {"b", "c"}
    assert "identical to c: remove the copies" in found["b"]


def test_every_near_copy_is_left_out():
    def signed(seed, cut=slice(None)):
        scan = np.random.default_rng(seed).normal(size=(300, 8)).cumsum(axis=0)
        series = TimeSeries((scan[cut],), 0.72, tuple("abcdefgh"))
        return {**fact(f"{seed}{cut}"), "signatures": list(signatures(series))}

    store = Recorded(a=signed(0), b=signed(0, slice(5, None)), c=signed(1), d=fact("w"))
    found = unlike_others(recorded_facts(store, "time_series", "abcd"))
    assert set(found) == {"a", "b"}
    assert "nearly the same recording as b (r = 1.000" in found["a"]
    assert "shifted by 5 frames): remove the copies" in found["b"]


def test_a_recording_that_was_cleaned_otherwise_is_said():
    def slow(seed, window=1):
        scan = np.random.default_rng(seed).normal(size=(600, 8))
        scan = np.apply_along_axis(np.convolve, 0, scan, np.ones(20) / 20, mode="same")
        scan = np.apply_along_axis(np.convolve, 0, scan, np.ones(window) / window, mode="same")
        series = TimeSeries((scan,), 0.72, tuple("abcdefgh"))
        return {"levels": list(levels(series))}

    found = suspicious_beside_others({"a": slow(0), "b": slow(1), "c": slow(0, window=8), "d": {}})
    assert set(found) == {"a", "c"}
    assert "follows that of c (r = 1.00)" in found["a"]
    assert "exclude: {sessions: […]}" in found["c"]


def test_a_session_of_far_fewer_frames_is_said():
    facts = {
        key: {"frames": frames}
        for key, frames in zip("abcdef", (200, 70, 200, 100, 210, 130), strict=True)
    }
    found = suspicious_beside_others(facts)
    assert set(found) == {"b", "d"}
    assert "or has it another repetition time?" in found["d"]
    assert "it has 70 frames, and most sessions have about 200" in found["b"]
    assert "exclude: {min_minutes: …}" in found["b"]


def test_an_impossible_time_is_called_so_and_what_was_meant():
    found = of_another_time({"a": 720.0, "b": 0.72, "c": 0.00072})
    assert "Did you mean 0.72? (720 milliseconds)" in found["a"]
    assert "Did you mean 0.72?" in found["c"]
    assert set(found) == {"a", "c"}
    assert set(of_another_time({"a": 720.0, "b": 720.0})) == {"a", "b"}


def test_one_repetition_time():
    store = Recorded(a=fact("x", time=2.0), b=fact("y"), c=fact("z", time=0.7201))
    store.facts["d"] = fact("w")
    found = unlike_others(recorded_facts(store, "time_series", "abcd"))
    assert list(found) == ["a"]
    assert "it has 2 s, and 2 of 4 have 0.72 s. To select" in found["a"]


def test_half_of_each_repetition_time_is_said():
    found = of_another_time({"a": 2.0, "b": 0.72, "c": 2.0, "d": 0.72})
    assert list(found) == ["b", "d"]
    assert "it has 0.72 s, and 2 of 4 have 2 s, equally many have its own" in found["b"]


def test_what_older_versions_stored_is_left_in():
    assert unlike_others(recorded_facts(Recorded(a={}, b={}), "time_series", "ab")) == {}


def test_sessions_with_other_regions_than_most_are_left_out():
    regions = {"a": "10 x", "b": "10 x", "c": "8 y", "d": "10 z"}
    told = {key: {**fact(key), "regions": value} for key, value in regions.items()}
    found = unlike_others({**told, "e": fact("e")})  # an older version recorded no regions
    assert set(found) == {"c", "d"}
    assert found["c"].startswith("it has 8 regions, and 2 of 4 sessions have 10; all sessions must")
    assert found["d"].startswith("its 10 regions have other names, or another order, than 2 of 4")
    two = {key: told[key] for key in "ac"}
    assert "equally many agree with it, so either may be right" in unlike_others(two)["c"]
