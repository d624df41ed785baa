"""What must hold between sessions, by what `time_series` recorded of each."""

from types import SimpleNamespace

from attnconn_assets.building.likeness import unlike_others


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
    found = unlike_others(store, "abcde")
    assert set(found) == {"b", "c"}
    assert "the same as c: take away the copies" in found["b"]


def test_one_repetition_time():
    store = Recorded(a=fact("x", time=2.0), b=fact("y"), c=fact("z", time=0.7201))
    store.facts["d"] = fact("w")
    found = unlike_others(store, "abcd")
    assert list(found) == ["a"]
    assert "it has 2 s, and 2 of 4 have 0.72 s" in found["a"]


def test_what_older_versions_stored_is_left_in():
    assert unlike_others(Recorded(a={}, b={}), "ab") == {}
