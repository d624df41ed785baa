import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from attnconn_core.connectivity import Granger
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

TOLERANCE = 1e-8


def design(run, lags):
    """Lay out the past by plain loops: rows of (region, lag), oldest frame first."""
    past = [run[frame - lags : frame].T.ravel() for frame in range(lags, len(run))]
    return np.array(past, dtype=np.float64), run[lags:].astype(np.float64)


def designs(runs, lags):
    parts = [design(run, lags) for run in runs if len(run) > lags]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def plain(series, lags, alpha, test_fraction=0.1, ddof=0):
    """The reference's way: fit every ridge again without each source."""
    training, _ = split(series, test_fraction)
    x, y = designs(training.runs, lags)
    n_regions = y.shape[1]

    def in_sample(columns):
        predicted = Ridge(alpha, solver="svd").fit(columns, y).predict(columns)
        residual = ((y - predicted) ** 2).sum(axis=0) / len(y)
        return 1 - residual / y.var(axis=0, ddof=ddof)

    full = in_sample(x)
    drops = [
        full - in_sample(np.delete(x, np.s_[source * lags : (source + 1) * lags], axis=1))
        for source in range(n_regions)
    ]
    return np.maximum(np.transpose(drops), 0)


def test_equals_the_reference(scan, matrices, figures):
    stored = figures["baselines"]
    estimated = Granger(stored["granger_lags"], stored["granger_alpha"]).estimate(scan)
    assert np.abs(estimated.values - matrices["granger"]).max() <= TOLERANCE
    assert estimated.metrics["r2"] == pytest.approx(stored["granger_r2"], rel=1e-8)
    assert estimated.metrics["mse"] == pytest.approx(stored["granger_mse"], rel=1e-8)
    assert (estimated.method, estimated.directed, Granger.signed) == ("granger", True, False)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda s: Granger(3, 50.0).estimate(s).values.T, id="rows and columns"),
        pytest.param(lambda s: Granger(2, 50.0).estimate(s).values, id="a lag fewer"),
        pytest.param(lambda s: Granger(4, 50.0).estimate(s).values, id="a lag more"),
        pytest.param(lambda s: Granger(3, 51.0).estimate(s).values, id="another penalty"),
        pytest.param(lambda s: Granger(3, 50.0, 0.102).estimate(s).values, id="a frame fewer"),
        pytest.param(lambda s: plain(s, 3, 50.0, ddof=1), id="ddof 1"),
    ],
)
def test_parity_bites(scan, matrices, changed):
    assert np.abs(changed(scan) - matrices["granger"]).max() > TOLERANCE


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 1e3, 1e6])
def test_equals_plain_refits(noise, as_series, alpha):
    # Two runs: no sample of either way may cross from one to the other.
    series = as_series(noise[:120], noise[120:])
    assert np.abs(Granger(3, alpha).estimate(series).values - plain(series, 3, alpha)).max() < 1e-10


def test_the_test_part_is_judged_by_itself(noise, as_series):
    series = as_series(noise)
    training, test = split(series, 0.2)
    ridge = Ridge(10.0).fit(*designs(training.runs, 2))
    x, y = designs(test.runs, 2)
    assert len(y) == 60 - 2
    metrics = Granger(2, 10.0, 0.2).estimate(series).metrics
    assert metrics["r2"] == pytest.approx(r2_score(y, ridge.predict(x)), rel=1e-10)
    assert metrics["r2_pooled"] == pytest.approx(
        r2_score(y.ravel(), ridge.predict(x).ravel()), rel=1e-10
    )
    assert metrics["mse"] == pytest.approx(np.mean((y - ridge.predict(x)) ** 2), rel=1e-10)


def test_without_penalty_it_is_the_nested_least_squares_of_statsmodels(noise, as_series):
    series = as_series(noise)
    drops = Granger(2, 0.0).estimate(series).values
    x, y = designs(split(series, 0.1)[0].runs, 2)
    for target, source in ((0, 1), (4, 2), (3, 3)):
        full = sm.OLS(y[:, target], sm.add_constant(x)).fit()
        without = np.delete(x, np.s_[2 * source : 2 * source + 2], axis=1)
        reduced = sm.OLS(y[:, target], sm.add_constant(without)).fit()
        assert drops[target, source] == pytest.approx(full.rsquared - reduced.rsquared, abs=1e-10)


def test_a_chain_is_read_in_its_direction(as_series):
    # 0 → 1 → 2: a matrix with source and target exchanged fails here.
    rng = np.random.default_rng(7)
    values = rng.standard_normal((2000, 3))
    for frame in range(1, len(values)):
        values[frame, 1:] += 0.7 * values[frame - 1, :-1]
    drops = Granger(1, 1.0).estimate(as_series(values)).values
    assert drops[1, 0] > 0.2
    assert drops[2, 1] > 0.2
    backward = [drops[0, 1], drops[1, 2], drops[0, 2], drops[2, 0]]
    assert max(backward) < 0.01


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    order=st.permutations(range(4)),
    lags=st.integers(1, 4),
    alpha=st.floats(1e-2, 1e4),
)
def test_is_not_negative_and_follows_its_regions(seed, order, lags, alpha):
    values = np.random.default_rng(seed).standard_normal((80, 4)).astype(np.float32)
    names = ("a", "b", "c", "d")
    drops = Granger(lags, alpha).estimate(TimeSeries((values,), 1.0, names)).values
    permuted = Granger(lags, alpha).estimate(TimeSeries((values[:, order],), 1.0, names)).values
    assert drops.min() >= 0
    assert np.abs(permuted - drops[np.ix_(order, order)]).max() < 1e-10


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((0, 1.0), "lags must be at least 1 frame; got 0"),
        ((2, -1.0), "alpha must be a number from 0; got -1.0"),
        ((2, float("nan")), "alpha must be a number from 0; got nan"),
        ((2, 1.0, 1.0), "test_fraction must lie between 0 and 1, or be None; got 1.0"),
        ((2, 1.0, 0.1, "tesla"), "units must be one of series, deviations; got 'tesla'"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        Granger(*settings)


def test_a_series_too_short_is_refused_with_its_numbers(noise, as_series):
    with pytest.raises(SeriesError, match=r"at least 9 .* test part; got 6 of 60 frames"):
        Granger(7, 1.0).estimate(as_series(noise[:60]))


def test_dependent_columns_need_a_penalty(noise, as_series):
    series = as_series(noise[:100])
    with pytest.raises(SeriesError, match="70 columns of 56 samples"):
        Granger(14, 0.0, 0.3).estimate(series)
    assert np.isfinite(Granger(14, 1.0, 0.3).estimate(series).values).all()


def test_regions_without_signal_are_named(noise, as_series):
    dead = noise.copy()
    dead[:, 1] = 3
    with pytest.raises(SeriesError, match="region 1"):
        Granger(2, 1.0).estimate(as_series(dead))
    asleep = noise.copy()
    asleep[:270, 3] = 3
    with pytest.raises(SeriesError, match="region 3"):
        Granger(2, 1.0).estimate(as_series(asleep))


def test_without_a_test_part_every_frame_teaches_and_nothing_is_judged(as_series):
    values = np.random.default_rng(8).normal(size=(60, 4))
    unjudged = Granger(7, 1.0, None).estimate(as_series(values))
    assert unjudged.metrics == {}
    longer = as_series(np.concatenate([values, values[:20]]))
    judged = Granger(7, 1.0, 0.25).estimate(longer)
    assert np.array_equal(judged.values, unjudged.values)


def test_in_deviations_it_is_the_ridge_of_standardised_regions(noise, as_series):
    training, test = split(as_series(noise), 0.1)
    mean, deviation = (getattr(training.values.astype(np.float64), of)(0) for of in ("mean", "std"))
    z = [(part.values - mean) / deviation for part in (training, test)]
    scaled = np.concatenate(z)
    expected = plain(as_series(noise), 2, 10.0)
    found = Granger(2, 10.0, units="deviations").estimate(as_series(noise))
    assert np.abs(found.values - expected).max() > 1e-3  # of the series as it is
    standard = Granger(2, 10.0).estimate(as_series(scaled))
    assert np.abs(found.values - standard.values).max() < 1e-6
    assert found.metrics["r2"] == pytest.approx(standard.metrics["r2"], abs=1e-6)
    # What it costs is measured in the units of the series all the same.
    assert found.metrics["mse"] == pytest.approx(
        np.mean((_observed(test, 2) - _predicted(z, mean, deviation)) ** 2), rel=1e-6
    )


def _observed(test, lags):
    return designs(test.runs, lags)[1]


def _predicted(z, mean, deviation):
    ridge = Ridge(10.0).fit(*designs([z[0]], 2))
    return ridge.predict(designs([z[1]], 2)[0]) * deviation + mean


@pytest.mark.parametrize("by", [1e-9, 1e-3, 1e6])
def test_in_deviations_neither_units_nor_levels_matter(noise, as_series, by):
    scales = by * np.array([1.0, 10.0, 0.1, 3.0, 1e3])
    changed = as_series(noise * scales + 20 * scales)
    before, after = (
        Granger(2, 10.0, units="deviations").estimate(each) for each in (as_series(noise), changed)
    )
    assert np.abs(after.values - before.values).max() < 1e-5
    assert after.metrics["r2"] == pytest.approx(before.metrics["r2"], abs=1e-5)


@pytest.mark.parametrize("by", [1e-9, 1e6])
@pytest.mark.parametrize("units", ["series", "deviations"])
def test_a_still_training_part_is_named_whatever_its_level(noise, as_series, by, units):
    asleep = noise * by
    asleep[:270, 3] = 0.1 * by  # no binary number: its mean is rounded
    with pytest.raises(SeriesError, match=r"granger: .* training part; region 3 doesn't"):
        Granger(2, 1.0, units=units).estimate(as_series(asleep))
