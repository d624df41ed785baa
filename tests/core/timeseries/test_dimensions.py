import numpy as np
import pytest

from attnconn_core.timeseries.dimensions import dimensions
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean

LEVEL = np.linspace(-1, 3, 20)


def part_of(*runs):
    return usable_part(as_series(*runs))


def without_mean(values):
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    return standard - standard.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("frames", [15, 21, 25, 60, 300])
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_a_clean_scan_has_all_its_dimensions(frames, offset):
    for seed in range(10):
        values = clean(frames, seed=seed) + offset
        assert dimensions(part_of(values)) == ()
        assert dimensions(part_of(values, clean(frames, seed=seed + 10))) == ()
        assert dimensions(part_of(values.round())) == ()


@pytest.mark.parametrize(
    "stored",
    [
        lambda each: each,
        lambda each: 50 * each + 1e4,
        lambda each: each.round(3),
        lambda each: each * 10 ** (3 * LEVEL),
        lambda each: each.astype(np.float32) * np.float32(1e-9),
    ],
    ids=["as is", "with its level", "three decimals", "regions' own units", "small"],
)
def test_a_global_signal_that_was_regressed_out_is_said(stored):
    [told] = dimensions(part_of(stored(without_mean(clean()))))
    assert told.startswith(
        "it spans only 19 dimensions of 20 regions (a mean of all regions was taken out, by global"
    )


def test_a_relation_that_holds_in_all_runs_is_found_though_one_is_louder():
    runs = [clean(150, seed=seed) for seed in range(2)]
    for run in runs:
        run[:, 5] = run[:, 6] + 2 * run[:, 7]
    [told] = dimensions(part_of(runs[0], 1000 * runs[1]))
    assert "only 19 dimensions of 20 regions (of R05, R06 and R07 one is a combination" in told


def test_a_relation_of_one_run_is_no_missing_dimension_however_loud_the_run():
    one, two = clean(150), clean(150, seed=1)
    two[:, 5] = two[:, 6] + 2 * two[:, 7]
    assert dimensions(part_of(one, 1e7 * two)) == ()


def test_a_relation_of_many_regions_has_any_cause():
    values = clean()
    values[:, 3] = values[:, 4:] @ np.random.default_rng(1).normal(size=16)
    [told] = dimensions(part_of(values))
    assert told.startswith("it spans only 19 dimensions of 20 regions (global signal regressed")


def test_an_average_reference_is_one_in_the_units_of_the_scan():
    values = clean() * np.linspace(1, 5, 20) + 100
    [told] = dimensions(part_of(values - values.mean(axis=1, keepdims=True)))
    assert "(a mean of all regions was taken out, by global signal" in told


def test_removed_components_are_counted():
    values = clean() - clean().mean(axis=0)
    u, s, v = np.linalg.svd(values, full_matrices=False)
    [told] = dimensions(part_of((u[:, :10] * s[:10]) @ v[:10] + 100))
    assert "only 10 dimensions of 20 regions (global signal regressed out, components" in told


def test_fewer_frames_than_regions_are_held_against_the_frames():
    short = without_mean(clean(60, 80))
    [told] = dimensions(part_of(np.vstack([short[:40], short[:20] + short[20:40]])))
    assert "dimensions of 80 regions in 60 frames" in told


def test_one_signal_in_common_is_said_unless_its_cause_is():
    shared = np.random.default_rng(9).normal(size=(300, 1))
    part = part_of(clean() + 30 * shared)
    [told] = dimensions(part)
    assert told.startswith("one signal makes up 9")
    assert dimensions(part, common=False) == ()
    assert dimensions(part_of(clean() + 5 * shared)) == ()
    # Few regions often have one.
    assert dimensions(part_of((clean() + 30 * shared)[:, :5])) == ()
