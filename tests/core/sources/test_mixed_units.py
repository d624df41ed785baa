"""Numbers in two units among those in one."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.sources.mixed_units import mixed_units

RNG = np.random.default_rng


def heights(n: int = 20, seed: int = 0) -> pd.Series:
    return pd.Series(RNG(seed).normal(170, 9, n).round(), index=[f"{k:02}" for k in range(n)])


@pytest.mark.parametrize("others", [2, 5, 9, 11])
@pytest.mark.parametrize("factor", [0.01, 10, 1000, 1 / 12])
def test_values_in_another_unit_are_found(others, factor):
    values = heights()
    chosen = values.index[3 : 3 + others]
    values[chosen] *= factor
    expected = chosen if others < 10 else values.index.difference(chosen)
    assert list(mixed_units(values).index) == list(expected)


def test_missing_cells_are_no_group():
    values = heights()
    values.iloc[[2, 4]] /= 100
    values.iloc[7] = np.nan
    assert list(mixed_units(values).index) == ["02", "04"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.lognormal(10, 1, n),  # incomes
        lambda rng, n: rng.lognormal(10, 2, n),
        lambda rng, n: 200 + rng.exponential(300, n),  # reaction times
        lambda rng, n: rng.poisson(2, n).astype(float),  # counts with zeros
        lambda rng, n: 1.0 + rng.poisson(2, n),
        lambda rng, n: 1.0 + rng.pareto(1, n),
        lambda rng, n: rng.integers(0, 2, n).astype(float),  # flags
        lambda rng, n: rng.choice([1.0, 2.0, 30.0], n),  # codes
        lambda rng, n: rng.choice([1.0, 100.0], n),
        lambda rng, n: rng.normal(100, 15, n),
        lambda rng, n: rng.normal(0, 1, n),
    ],
)
def test_what_people_really_have_is_in_one_unit(draw):
    false = [
        len(mixed_units(pd.Series(draw(RNG(seed), n)))) > 0
        for n in (8, 20, 80)
        for seed in range(200)
    ]
    assert np.mean(false) <= 0.005


def test_one_far_value_is_no_group():
    values = heights()
    values.iloc[3] = 1.7
    assert mixed_units(values).empty
    assert mixed_units(heights(5)).empty
