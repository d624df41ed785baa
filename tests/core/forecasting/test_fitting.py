import numpy as np
import pytest
import torch

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import (
    AttentionForecaster,
    ForecasterConfig,
    TrainingConfig,
    fit,
    forecast,
)
from attnconn_core.timeseries import scale_of


def weights(forecaster):
    return {name: tensor.clone() for name, tensor in forecaster.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_ten_steps_lose_what_the_reference_loses(golden_model, golden_config):
    """Every window in one batch, in raw units; the order within a batch is no matter."""
    training = TrainingConfig(epochs=10, batch_size=golden_model.said["model"]["n_windows"])
    found = fit(golden_config, [golden_model.series], training, start=golden_model.forecaster)
    losses = [epoch.mse for epoch in found.history]
    np.testing.assert_allclose(losses, golden_model.said["training"]["losses"], rtol=1e-4)
    assert found.n_windows == 495


@pytest.mark.parametrize(
    "change", [{"gradient_clip": 1e9}, {"learning_rate": 2e-3}, {"weight_decay": 10.0}]
)
def test_the_training_parity_test_bites(golden_model, golden_config, change):
    training = TrainingConfig(epochs=10, batch_size=495, **change)
    found = fit(golden_config, [golden_model.series], training, start=golden_model.forecaster)
    assert found.history[-1].mse != pytest.approx(
        golden_model.said["training"]["losses"][-1], rel=1e-4
    )


def test_a_seed_decides_everything(small, make_series):
    config = small.model_copy(update={"attention_dropout": 0.3})
    before = torch.random.get_rng_state()
    numpy_before = np.random.get_state()[1].copy()  # noqa: NPY002 - this is what is guarded
    runs = [
        fit(config, [make_series(90)], TrainingConfig(epochs=2, batch_size=32, seed=seed))
        for seed in (5, 5, 6)
    ]
    states = [weights(run.forecaster) for run in runs]
    assert same(states[0], states[1])
    assert not same(states[0], states[2])
    assert [epoch.mse for epoch in runs[0].history] == [epoch.mse for epoch in runs[1].history]
    assert torch.equal(torch.random.get_rng_state(), before)
    assert (np.random.get_state()[1] == numpy_before).all()  # noqa: NPY002


@pytest.mark.parametrize("extra", [{}, {"own_past": True, "query_rank": 2}])
def test_training_finds_what_drives_a_series(small, make_series, extra):
    config = small.model_copy(update=extra)
    series = make_series(600)
    found = fit(config, [series], TrainingConfig(epochs=30, batch_size=64, learning_rate=5e-3))
    assert found.history[-1].mse < 0.75 * found.history[0].mse
    assert not found.forecaster.training


def test_fine_tuning_leaves_the_start_alone(small, make_series):
    group = fit(small, [make_series(90, seed=1), make_series(90, seed=2)], TrainingConfig())
    before, scale = weights(group.forecaster), group.forecaster.mean.clone()
    series = make_series(90, seed=3, level=500.0)
    tuned = fit(small, [series], TrainingConfig(epochs=3), start=group.forecaster)
    assert same(before, weights(group.forecaster))
    assert torch.equal(group.forecaster.mean, scale)
    assert not torch.equal(tuned.forecaster.attention.weight, group.forecaster.attention.weight)
    np.testing.assert_array_equal(tuned.forecaster.mean.numpy(), scale_of(series).mean)
    untouched = fit(
        small, [series], TrainingConfig(learning_rate=1e-30), start=group.forecaster
    ).forecaster
    torch.testing.assert_close(untouched.attention.weight, group.forecaster.attention.weight)


def test_the_best_epoch_is_what_comes_back(small, make_series):
    """A learning rate that overshoots: the last epoch is not the best one."""
    training = TrainingConfig(
        epochs=12, batch_size=16, learning_rate=0.2, validation_fraction=0.3, loss="standardised"
    )
    series = make_series(200)
    found = fit(small, [series], training)
    losses = [epoch.validation_loss for epoch in found.history]
    assert found.best_epoch == 1 + int(np.argmin(losses))
    assert losses[-1] > 1.01 * min(losses)
    at_best = fit(small, [series], training.model_copy(update={"epochs": found.best_epoch}))
    assert same(weights(found.forecaster), weights(at_best.forecaster))


def test_patience_ends_training_early(small, make_series):
    training = TrainingConfig(
        epochs=50, batch_size=16, learning_rate=0.2, validation_fraction=0.3, patience=2
    )
    found = fit(small, [make_series(120)], training)
    assert len(found.history) == found.best_epoch + 2 < 50


def test_a_refit_learns_from_all_frames_as_long_as_validation_chose(small, make_series):
    series = make_series(120)
    chooses = TrainingConfig(epochs=4, batch_size=32, learning_rate=0.03, validation_fraction=0.2)
    chosen = fit(small, [series], chooses)
    refitted = fit(small, [series], chooses.model_copy(update={"refit": True}))
    whole = fit(
        small, [series], TrainingConfig(epochs=chosen.best_epoch, batch_size=32, learning_rate=0.03)
    )
    assert refitted.best_epoch == chosen.best_epoch
    assert [epoch.validation_loss for epoch in refitted.history] == [
        epoch.validation_loss for epoch in chosen.history
    ]
    assert refitted.n_windows == whole.n_windows > chosen.n_windows
    assert same(weights(refitted.forecaster), weights(whole.forecaster))
    assert not same(weights(refitted.forecaster), weights(chosen.forecaster))


def test_without_validation_the_last_epoch_comes_back(small, make_series):
    told = []
    found = fit(small, [make_series(60)], TrainingConfig(epochs=3), on_epoch=told.append)
    assert found.best_epoch == 3
    assert tuple(told) == found.history
    assert [epoch.number for epoch in told] == [1, 2, 3]
    assert told[0].validation_loss is None
    assert told[0].loss == told[0].mse
    assert told[0].attention_term == 0


def test_raw_loss_weighs_regions_by_their_variance(small, make_series):
    """No step is taken to speak of, so both losses are those of one forecaster."""
    series = [make_series(90, seed=1), make_series(70, seed=2)]
    series[1].runs[0][:] *= 5
    still = {"learning_rate": 1e-30, "batch_size": 1000}
    raw = fit(small, series, TrainingConfig(**still))
    plain = fit(small, series, TrainingConfig(loss="standardised", **still))
    errors = []
    for each in series:
        seen = forecast(raw.forecaster.with_scale(scale_of(each)), each)
        errors.append(seen.predicted - seen.observed)
    raw_loss = np.mean(np.concatenate(errors) ** 2)
    assert raw.history[0].mse == pytest.approx(raw_loss, rel=1e-4)
    scaled = [e / scale_of(s).std[:, None] for e, s in zip(errors, series, strict=True)]
    assert plain.history[0].mse == pytest.approx(np.mean(np.concatenate(scaled) ** 2), rel=1e-4)


def test_identity_weight_draws_attention_to_the_diagonal(small, make_series):
    training = TrainingConfig(
        epochs=25, batch_size=32, learning_rate=1e-2, identity_weight=1.0, loss="standardised"
    )
    found = fit(small, [make_series(200)], training)
    first, last = found.history[0], found.history[-1]
    assert last.attention_term < 0.5 * first.attention_term
    assert last.loss == pytest.approx(last.mse + last.attention_term)


def test_contradictions_are_refused(small, make_series):
    series, other = make_series(60), small.model_copy(update={"hidden_dim": 7})
    start = AttentionForecaster(other, *[np.ones(4, np.float32)] * 2)
    with pytest.raises(ParameterError, match=r"must have the architecture asked for.*hidden_dim=7"):
        fit(small, [series], TrainingConfig(), start=start)
    start = AttentionForecaster(small, *[np.ones(3, np.float32)] * 2)
    with pytest.raises(ParameterError, match="4 regions; it has 3"):
        fit(small, [series], TrainingConfig(), start=start)
    own = small.model_copy(update={"own_past": True})
    with pytest.raises(ParameterError, match="identity_weight must be 0 with own_past"):
        fit(own, [series], TrainingConfig(identity_weight=1.0))
    with pytest.raises(ParameterError, match=r"precision must be 'float32'.*got 'bfloat16'"):
        fit(
            small.model_copy(update={"query_rank": 2}),
            [series],
            TrainingConfig(precision="bfloat16"),
        )
    with pytest.raises(ParameterError, match=r"must exist on this machine.*'cuda:99'"):
        fit(small, [series], TrainingConfig(device="cuda:99"))


def test_a_model_trained_with_rounded_pairs_is_as_good_and_reads_unrounded(small, make_series):
    series = make_series(200)
    fits = {
        precision: fit(
            small,
            [series],
            TrainingConfig(
                epochs=8,
                batch_size=32,
                learning_rate=1e-2,
                validation_fraction=0.2,
                loss="standardised",
                precision=precision,
            ),
        )
        for precision in ("float32", "bfloat16")
    }
    lowest = {
        name: min(each.validation_loss for each in found.history) for name, found in fits.items()
    }
    assert lowest["bfloat16"] == pytest.approx(lowest["float32"], rel=0.02)
    assert lowest["bfloat16"] != lowest["float32"]
    trained = fits["bfloat16"].forecaster
    x = torch.randn(
        4, trained.regions, small.input_window, generator=torch.Generator().manual_seed(1)
    )
    again = AttentionForecaster(small, trained.mean, trained.std)
    again.load_state_dict(trained.state_dict())
    for ours, theirs in zip(trained(x), again.double()(x.double()), strict=True):
        torch.testing.assert_close(ours.double(), theirs, rtol=1e-4, atol=1e-4)


def test_auto_takes_what_is_there(make_series):
    tiny = ForecasterConfig(input_window=2, hidden_dim=2, bottleneck_dim=1)
    found = fit(tiny, [make_series(20)], TrainingConfig(device="auto"))
    assert found.forecaster.mean.device.type == ("cuda" if torch.cuda.is_available() else "cpu")
