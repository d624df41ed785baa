import numpy as np
import pytest
import torch

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import (
    PRESETS,
    AttentionForecaster,
    ForecasterConfig,
    PooledMoments,
    Prior,
    TrainingConfig,
    cohort_coefficients,
    deal,
    fit,
    mean_attention,
)
from attnconn_core.forecasting.hierarchical import (
    HIERARCHICAL_ALPHAS,
    OWN_SHARE,
    shrunk_towards,
    source_weights,
)
from attnconn_core.forecasting.linear import growing_penalty, ridge_var_own_past_free
from attnconn_core.forecasting.linear_start import start_linear
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.sources import Simulated
from attnconn_core.timeseries import scale_of, standardise, windows

LAGS = 3


def configured(**changes):
    settings = {
        "input_window": LAGS,
        "hidden_dim": 5,
        "input_layers": 2,
        "prediction_layers": 1,
        "bottleneck_dim": 6,
        "own_past": True,
        "values": "past",
        "initialisation": "linear",
    }
    return ForecasterConfig(**{**settings, **changes})


def started(config, *series, seed=0, **more):
    scales = [scale_of(each) for each in series]
    regions = series[0].n_regions
    forecaster = AttentionForecaster(
        config,
        np.zeros(regions),
        np.ones(regions),
        generator=torch.Generator().manual_seed(seed),
    ).eval()
    start_linear(forecaster, series, scales, **more)
    return forecaster


@torch.no_grad()
def without_chance(forecaster):
    """Take out what is left of the random draw."""
    forecaster.attention.key.weight.zero_()
    for name in ("weight", "source_factor"):
        if hasattr(forecaster.attention, name):
            getattr(forecaster.attention, name).zero_()
    return forecaster


def predicted(forecaster, series):
    inputs, _ = windows(standardise(series, scale_of(series)), LAGS)
    with torch.inference_mode():
        ahead, attention = forecaster(torch.from_numpy(np.array(inputs)))
    return ahead[..., 0].numpy(), attention.numpy()


def var_of(series, alpha, prior=None):
    """The VAR in closed form, of the standardised series."""
    moments = lagged_moments(standardise(series, scale_of(series)).runs, LAGS)
    of_prior = {}
    if prior is not None:
        of_prior = {"source_weights": source_weights(prior), "own_share": OWN_SHARE}
    weights = growing_penalty(LAGS)
    return ridge_var_own_past_free(moments, alpha, lag_weights=weights, prior=prior, **of_prior)


@pytest.mark.parametrize("hierarchical", [False, True])
@pytest.mark.parametrize("rank", [None, 2])
def test_it_begins_as_the_linear_forecaster_does(make_series, rank, hierarchical):
    series = make_series(300, regions=6)
    prior = None
    if hierarchical:
        prior = var_of(make_series(900, regions=6, seed=8), 10.0).coefficients
    forecaster = started(configured(query_rank=rank), series, prior=prior)
    ahead, attention = predicted(without_chance(forecaster), series)
    runs = standardise(series, scale_of(series)).runs
    alphas = HIERARCHICAL_ALPHAS if hierarchical else np.logspace(1, 6, 11)
    fits = [var_of(series, alpha, prior) for alpha in alphas]
    nearest = min(fits, key=lambda each: np.abs(each.predict(runs)[1] - ahead).max())
    np.testing.assert_allclose(ahead, nearest.predict(runs)[1], atol=1e-5)
    block = nearest.coefficients.reshape(6, LAGS, 6)
    strength = np.linalg.norm(block, axis=1).T
    np.fill_diagonal(strength, 0)
    shares = strength / strength.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(attention, np.broadcast_to(shares, attention.shape), atol=1e-5)


def test_a_given_penalty_and_frames_to_choose_one_on(make_series):
    series, later = make_series(300, regions=6), make_series(60, regions=6, seed=4)
    scales, config = [scale_of(series)], configured()
    forecaster = started(config, series)
    assert start_linear(forecaster, [series], scales, alpha=77.0) == 77.0
    ahead, _ = predicted(without_chance(forecaster), series)
    expected = var_of(series, 77.0).predict(standardise(series, scale_of(series)).runs)[1]
    np.testing.assert_allclose(ahead, expected, atol=1e-5)
    z = standardise(later, scales[0]).runs
    r2 = {
        alpha: 1
        - np.mean(
            [np.var(o - p) / np.var(o) for o, p in zip(*map(np.transpose, found), strict=True)]
        )
        for alpha in np.logspace(1, 6, 11)
        if (found := var_of(series, alpha).predict(z))
    }
    chosen = start_linear(forecaster, [series], scales, judged=[later])
    assert chosen in sorted(r2, key=r2.__getitem__)[-2:]


def test_a_fit_takes_the_penalty_that_comes_with_the_prior(make_series):
    series = make_series(300, regions=6)
    prior = var_of(make_series(900, regions=6, seed=8), 10.0).coefficients
    unmoved = TrainingConfig(epochs=1, learning_rate=1e-12, normalisation="session")
    for training in (unmoved, unmoved.model_copy(update={"refit": True, "patience": 1})):
        fitted = fit(configured(), [series], training, prior=Prior(prior, 750.0)).forecaster
        inputs, _ = windows(series, LAGS)
        with torch.inference_mode():
            ahead, _ = without_chance(fitted)(torch.from_numpy(np.array(inputs)))
        expected = lagged_moments(series.runs, LAGS, standardise=True)
        expected = shrunk_towards(prior, LAGS)(expected, 750.0).predict(series.runs)[1]
        np.testing.assert_allclose(ahead[..., 0].numpy(), expected, atol=2e-4)


def test_a_prior_needs_a_linear_start_of_its_own(make_series):
    series = make_series(300, regions=6)
    prior = var_of(series, 10.0).coefficients
    drawn = configured(initialisation="scaled")
    with pytest.raises(ParameterError, match="a prior needs the initialisation 'linear'"):
        fit(drawn, [series], TrainingConfig(), prior=Prior(prior))
    with pytest.raises(ParameterError, match="no forecaster to start from; got 'linear' and a st"):
        fit(
            configured(),
            [series],
            TrainingConfig(),
            prior=Prior(prior),
            start=started(configured(), series),
        )
    with pytest.raises(ParameterError, match=r"shape \(18, 6\)"):
        fit(configured(), [series], TrainingConfig(), prior=Prior(prior[:6]))


def test_pairs_forecast_as_the_sum_of_values_does(make_series):
    """With queries of low rank no value is summed: forecasts and gradients are the same."""
    series = make_series(300, regions=6)
    forecaster = started(configured(query_rank=2, bottleneck_dim=4), series)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in forecaster.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    z = torch.from_numpy(np.array(windows(standardise(series, scale_of(series)), LAGS)[0][:40]))

    def plain(z):
        past, embedding = forecaster.embed(z)
        informed, attention = forecaster.attention(forecaster.query_encoder(past), embedding, past)
        ahead = forecaster.head(informed) + forecaster.own_past(past)
        return ahead.transpose(0, 1), attention.permute(2, 0, 1)

    gradients = []
    for way in (forecaster.predict_standardised, plain):
        ahead, attention = way(z)
        forecaster.zero_grad()
        (ahead.square().mean() + attention.square().mean()).backward()
        gradients.append([ahead, attention, *(each.grad for each in forecaster.parameters())])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_what_is_left_to_chance_is_not_seen_in_the_forecast(make_series):
    series = make_series(300, regions=6)
    drawn, _ = predicted(started(configured(), series), series)
    exact, _ = predicted(without_chance(started(configured(), series)), series)
    assert 0 < np.square(drawn - exact).mean() < 1e-4


def test_a_narrow_bottleneck_takes_what_matters_most(make_series):
    series = make_series(300, regions=6)
    exact, _ = predicted(without_chance(started(configured(), series)), series)
    errors = [
        np.square(
            predicted(without_chance(started(configured(bottleneck_dim=b), series)), series)[0]
            - exact
        ).mean()
        for b in (1, 3, 5)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[2] < 0.2 * errors[0]


def test_sessions_of_unlike_levels_are_pooled(make_series):
    """Half of the frames each, on another scanner: the same truth, so much the same start."""
    whole = make_series(600, regions=6, seed=3)
    halves = [
        make_series(600, regions=6, seed=seed, level=level)
        for seed, level in ((3, 5.0), (4, 900.0))
    ]
    alone, _ = predicted(without_chance(started(configured(), whole)), whole)
    pooled, _ = predicted(without_chance(started(configured(), *halves)), whole)
    assert np.corrcoef(alone.ravel(), pooled.ravel())[0, 1] > 0.98


def test_a_start_that_training_spoils_is_kept(make_series):
    series = make_series(300, regions=6)
    spoils = TrainingConfig(
        epochs=3, batch_size=32, learning_rate=0.5, validation_fraction=0.2, loss="standardised"
    )
    found = fit(configured(), [series], spoils)
    assert found.best_epoch == 0
    assert [epoch.number for epoch in found.history] == [0, 1, 2, 3]
    assert found.history[0].validation_loss < min(e.validation_loss for e in found.history[1:])
    untrained = TrainingConfig(epochs=1, learning_rate=1e-30, validation_fraction=0.2)
    kept = fit(configured(), [series], untrained).forecaster
    torch.testing.assert_close(found.forecaster.head[0].weight, kept.head[0].weight)
    refitted = fit(configured(), [series], spoils.model_copy(update={"refit": True}))
    assert refitted.best_epoch == 0
    assert refitted.n_windows == len(windows(series, LAGS)[0])


def test_only_a_start_is_set(make_series):
    """Fine-tuning goes on from what it is given."""
    series = make_series(300, regions=6)
    group = fit(configured(), [series], TrainingConfig()).forecaster
    with torch.no_grad():
        group.head[0].bias.fill_(3.0)
    tuned = fit(configured(), [series], TrainingConfig(learning_rate=1e-30), start=group)
    torch.testing.assert_close(tuned.forecaster.head[0].bias, group.head[0].bias)


@pytest.mark.parametrize("frames", [6, 15, 60])
def test_a_scan_too_short_to_choose_on_starts_all_the_same(make_series, frames):
    ahead, _ = predicted(
        started(configured(), make_series(frames, regions=6)), make_series(30, regions=6)
    )
    assert np.isfinite(ahead).all()


def test_a_region_that_stands_still_for_long_is_borne(make_series):
    series = make_series(300, regions=6)
    series.runs[0][:280, 2] = 100.0
    training = TrainingConfig(epochs=1, validation_fraction=0.1, loss="standardised")
    found = fit(configured(), [series], training)
    assert np.isfinite([epoch.mse for epoch in found.history]).all()


def test_what_the_start_leaves_unused_can_learn(make_series):
    """Fewer regions than values: the rest begin without a say, and gain one."""
    config = configured(bottleneck_dim=7)
    training = TrainingConfig(epochs=3, learning_rate=1e-2, batch_size=32)
    head = fit(config, [make_series(300, regions=4)], training).forecaster.head[0].weight
    assert (head.detach()[:, 4:].abs().amax(dim=(0, 2)) > 0).all()


def test_a_refit_is_told_once(make_series):
    told = []
    training = TrainingConfig(epochs=2, batch_size=64, validation_fraction=0.2, refit=True)
    found = fit(configured(), [make_series(300, regions=6)], training, on_epoch=told.append)
    assert tuple(told) == found.history
    assert found.seconds > sum(epoch.seconds for epoch in told)


def test_what_is_read_does_not_depend_on_the_seed():
    """Cohort, session and fine-tuned models of a simulated cohort, trained twice."""
    source = Simulated(subjects=4, regions=12, frames=300)
    scans = [source.load(session) for session in source.sessions()[:4]]
    preset = PRESETS["attnconn"]
    lags, regions = preset.forecaster.input_window, scans[0].regions
    pooled = PooledMoments(lags, regions, deal("abcd"))
    for subject, scan in zip("abcd", scans, strict=True):
        pooled = pooled.plus(subject, scan)
    prior = Prior(cohort_coefficients(pooled.without("a")))
    off = ~np.eye(12, dtype=bool)

    def read(series, seed, **more):
        training = preset.training.model_copy(update={"seed": seed})
        found = fit(preset.forecaster, series, training, **more)
        assert len(found.history) >= 2  # it was trained
        return mean_attention(found.forecaster.with_scale(scale_of(scans[0])), scans[0]).values[off]

    for series, more in ((scans[1:], {}), (scans[:1], {}), (scans[:1], {"prior": prior})):
        assert np.corrcoef(read(series, 1, **more), read(series, 2, **more))[0, 1] >= 0.99
