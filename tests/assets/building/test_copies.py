"""Which sessions hold one recording, or a part of one, in the words that a user reads."""

import numpy as np

from attnconn_assets.building.likeness import suspicious_beside_others, unlike_others
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import column_sketch, levels, recordings, signatures
from tests.core.timeseries.test_signatures import scan

FIELDS = {"recordings": recordings, "signatures": signatures, "levels": levels}


def facts(**scans):
    """What `time_series` records of scans."""
    found = {}
    for key, values in scans.items():
        names = tuple(f"r{number}" for number in range(values.shape[1]))
        series = TimeSeries((values,), 0.72, names)
        found[key] = {name: list(of(series)) for name, of in FIELDS.items()}
        found[key]["columns"] = column_sketch(series)
    return found


def test_scans_of_their_own_are_neither_left_out_nor_said():
    found = facts(**{f"s{seed}": scan(seed) for seed in range(12)})
    assert unlike_others(found) == suspicious_beside_others(found) == {}


def test_copies_that_were_turned_are_left_out_and_how_is_said():
    found = unlike_others(facts(a=scan(0), b=-scan(0), c=scan(1), d=scan(1)[::-1], e=scan(2)))
    assert set(found) == set("abcd")
    assert "nearly the same recording as b (r = −1.000, with its sign reversed)" in found["a"]
    assert "nearly the same recording as c (r = 1.000, run backwards)" in found["d"]


def test_shared_frames_are_said_with_their_place_and_nothing_is_left_out():
    mixed = scan(1)
    mixed[:150] = scan(0)[:150]
    told = facts(a=scan(0), b=mixed, c=scan(2))
    assert unlike_others(told) == {}
    found = suspicious_beside_others(told)
    assert set(found) == {"a", "b"}
    for key, other in ("ab", "ba"):
        assert (
            f"its frames 0–149 of run 1 are, or nearly so, those of {other} (frames 0–149 "
            in (found[key])
        )
    assert "region columns" not in found["a"]
    assert "slow signal" not in found["a"]


def test_shared_columns_are_counted():
    mixed = scan(1)
    mixed[:, 5:12] = scan(0)[:, 5:12]
    found = suspicious_beside_others(facts(a=scan(0), b=mixed, c=scan(2)))
    assert set(found) == {"a", "b"}
    assert "but 7 of its region columns are those of b" in found["a"]
    many = np.concatenate([scan(seed) for seed in range(10)], axis=1)
    other = np.concatenate([scan(seed) for seed in (0, *range(21, 30))], axis=1)
    assert "at least " in suspicious_beside_others(facts(a=many, b=other))["b"]


def test_a_copy_at_another_rate_is_said_with_both_rates():
    values = scan(0, 600)
    times = np.arange(0, 599, 0.8 / 0.72)
    other = np.stack([np.interp(times, np.arange(600), each) for each in values.T], axis=1)
    found = suspicious_beside_others(facts(a=values, b=other, c=scan(1, 600)))
    assert set(found) == {"a", "b"}
    assert "where 0.903 s of it match 1 s of this one" in found["a"]
    assert "where 1.11 s of it match 1 s of this one" in found["b"]


def test_what_older_versions_stored_is_taken_as_it_is():
    assert suspicious_beside_others({"a": {}, "b": {}}) == {}
