import re

import numpy as np
import pytest

from attnconn_core.timeseries.stretches import uneven_stretches
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean


def said(*runs):
    part = usable_part(as_series(*runs))
    assert part is not None
    return uneven_stretches(part)


def shrunken(values, start, end, factor):
    values = values.copy()
    middle = values.mean(axis=0)
    values[start:end] = middle + factor * (values[start:end] - middle)
    return values


@pytest.mark.parametrize(
    ("start", "end", "factor"),
    [(100, 160, 2e-4), (240, 300, 2e-4), (120, 150, 0.02), (0, 12, 0.01)],
)
def test_frames_that_hardly_change_are_said_with_their_place(start, end, factor):
    (sentence,) = said(shrunken(clean(), start, end, factor))
    assert f"all regions hardly change in frames {start}–{end - 1} of run 1 (" in sentence
    assert "Cut them out" in sentence


def test_a_frozen_end_with_noise_is_said():
    values = clean()
    values[240:] = values[239] + np.random.default_rng(0).normal(0, 1e-3, values[240:].shape)
    assert "frames 239–299 of run 1 (0.000" in said(values)[0]


@pytest.mark.parametrize(
    ("start", "end", "factor"), [(150, 300, 0.3), (0, 150, 0.3), (120, 200, 0.35)]
)
def test_a_part_of_a_smaller_amplitude_is_said(start, end, factor):
    (sentence,) = said(shrunken(clean(), start, end, factor))
    assert "within a factor of 2 throughout a run, but doesn't in frames " in sentence
    place = sentence.split("frames ")[-1].split(" of run")[0]
    assert [int(each) for each in place.split("–")] == pytest.approx([start, end - 1], abs=15)


def test_several_stretches_are_held_against_what_lies_outside_of_all():
    values = clean(600)
    for start in (40, 180, 320, 460):
        values = shrunken(values, start, start + 110, 0.3)
    (sentence,) = said(values)
    told = re.findall(r"\(([0-9.]+) times the rest\)", sentence)
    assert len(told) == 3
    assert all(0.2 < float(ratio) < 0.45 for ratio in told)
    assert " and 1 more stretch:" in sentence


def test_stretches_within_the_rule_are_not_listed():
    def of(*amplitudes):
        values = clean(sum(count for count, _ in amplitudes))
        frames = np.concatenate([np.full(count, each) for count, each in amplitudes])
        return values.mean(axis=0) + frames[:, None] * (values - values.mean(axis=0))

    moderate = (60, 0.9), (200, 1.3), (100, 2.1)
    assert said(of(*moderate)) == ()
    (sentence,) = said(of((50, 1.3), (50, 0.4), (60, 1.3), *moderate))
    told = re.findall(r"\(([0-9.]+) times the rest\)", sentence)
    assert [float(each) for each in told] == pytest.approx([0.3], abs=0.05)


def test_a_short_louder_part_is_said():
    (sentence,) = said(shrunken(clean(), 260, 300, 4))
    assert "times the rest): were two scans joined" in sentence
    assert "frames 26" in sentence.replace("frames 25", "frames 26")


@pytest.mark.parametrize("scale", [1e-6, -1.0, 1e5])
def test_nothing_depends_on_units_or_levels(scale):
    values = clean()
    units = np.linspace(1, 50, values.shape[1])
    assert said(scale * values * units + 1e4 * scale) == ()
    uneven = shrunken(values, 150, 300, 0.3)
    assert len(said(uneven)) == 1
    assert said(scale * uneven) == said(uneven)


def test_frames_are_numbered_over_runs_and_runs_measured_by_themselves():
    assert said(clean(), 10 * clean(seed=1)) == ()
    (sentence,) = said(clean(), shrunken(clean(seed=1), 100, 130, 0.01))
    assert "frames 400–429 of run 2" in sentence


def test_ordinary_scans_are_even():
    for seed in range(40):
        for frames, regions in ((300, 20), (200, 5), (62, 3)):
            assert said(clean(frames, regions, seed)) == ()


def test_spikes_drifts_coarse_values_and_single_quiet_regions_are_no_stretch():
    values = clean()
    spiked, drifting, lone = values.copy(), values.copy(), values.copy()
    spiked[[30, 90, 91, 200]] *= 50
    drifting += 20 * np.linspace(-1, 1, 300)[:, None] ** 2
    lone[100:200, :5] = lone[100, :5]
    shared = values + 500 * np.sin(np.linspace(0, 12, 300))[:, None]
    for each in (spiked, drifting, lone, shared, (values / 15).round()):
        assert said(each) == ()


def test_exactly_one_value_is_said_elsewhere():
    values = clean()
    values[100:140] = values[100]
    assert said(values) == ()
