import numpy as np
import pytest
import torch

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig
from attnconn_core.timeseries import Scale

MEAN = np.array([100.0, 50.0, 0.0, -5.0], dtype=np.float32)
STD = np.array([1.0, 2.0, 3.0, 0.5], dtype=np.float32)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def windows_of(batch=7, lags=3, seed=0):
    z = torch.randn(batch, len(MEAN), lags, generator=seeded(seed))
    return z * torch.from_numpy(STD)[:, None] + torch.from_numpy(MEAN)[:, None]


def step_by_step(model, x):
    """Section 3 of the method, one region, one pair and one window at a time."""
    config, R = model.config, model.regions
    state = {name: tensor.double() for name, tensor in model.state_dict().items()}

    def encode(name, region, vector):
        for layer in range(config.input_layers):
            vector = vector.relu() if layer else vector
            vector = affine(name, layer, region, vector)
        return vector

    def affine(name, layer, region, vector):
        layer = f"{name}.{layer}"
        return vector @ state[f"{layer}.weight"][region] + state[f"{layer}.bias"][region, 0]

    def linear(name, vector):
        return state[f"attention.{name}.weight"] @ vector + state[f"attention.{name}.bias"]

    predictions = torch.zeros(len(x), R, config.output_window, dtype=torch.float64)
    attentions = torch.zeros(len(x), R, R, dtype=torch.float64)
    for b, window in enumerate(x.double()):
        z = (window - state["mean"][:, None]) / (state["std"][:, None] + 1e-8)
        e = [encode("shared_encoder", 0, z[t]) for t in range(R)]
        v = [linear("value", e[t]) for t in range(R)]
        for s in range(R):
            q = encode("query_encoder", s, z[s])
            for t in range(R):
                W, c = state["attention.weight"][s, t].T, state["attention.bias"][s, t]
                attentions[b, s, t] = ((q @ W + c) @ linear("key", e[t])).relu()
            attentions[b, s] /= 1e-8 + attentions[b, s].sum()
            o = linear("output", sum(attentions[b, s, t] * v[t] / v[t].norm() for t in range(R)))
            for layer in range(config.prediction_layers - 1):
                o = affine("head", layer, s, o.relu())
            o = affine("head", config.prediction_layers - 1, s, o)
            predictions[b, s] = o * state["std"][s] + state["mean"][s]
    return predictions, attentions


@pytest.mark.parametrize("layers", [1, 3])
def test_forward_is_the_method_step_by_step(layers):
    config = ForecasterConfig(
        input_window=3,
        output_window=2,
        hidden_dim=5,
        input_layers=layers,
        prediction_layers=layers,
        bottleneck_dim=3,
    )
    model = AttentionForecaster(config, MEAN, STD)
    x = windows_of()
    predicted, attention = model(x)
    expected, expected_attention = step_by_step(model, x)
    torch.testing.assert_close(predicted.double(), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(attention.double(), expected_attention, rtol=1e-4, atol=1e-5)


def test_equals_the_reference(golden_model):
    predicted, attention = golden_model.forecaster(torch.from_numpy(golden_model.inputs))
    scale = np.abs(golden_model.predictions).max()
    assert np.abs(predicted.detach().numpy() - golden_model.predictions).max() <= 1e-5 * scale
    assert np.abs(attention.detach().numpy() - golden_model.attention).max() <= 1e-5


def transpose_attention(model, inputs):
    return model(inputs)[0], model(inputs)[1].mT


def forget_value_norm(model, inputs):
    model.attention.value.weight.data *= 3
    normalize = torch.nn.functional.normalize
    try:
        torch.nn.functional.normalize = lambda x, **_: x
        return model(inputs)
    finally:
        torch.nn.functional.normalize = normalize


def use_ddof_1(model, inputs):
    frames = 500
    model.std *= (frames / (frames - 1)) ** 0.5
    return model(inputs)


def transpose_pairs(model, inputs):
    model.attention.weight.data = model.attention.weight.data.mT.contiguous()
    return model(inputs)


def swap_pairs(model, inputs):
    model.attention.weight.data = model.attention.weight.data.transpose(0, 1).contiguous()
    return model(inputs)


def forget_bias(model, inputs):
    model.attention.bias.data.zero_()
    return model(inputs)


def reverse_time(model, inputs):
    return model(inputs.flip(-1))


def put_relu_before_the_last_layer(model, inputs):
    hidden = model.head[-1]
    hidden.register_forward_pre_hook(lambda _, given: (given[0].relu(),))
    return model(inputs)


@pytest.mark.parametrize(
    "mistake",
    [
        transpose_attention,
        forget_value_norm,
        use_ddof_1,
        transpose_pairs,
        swap_pairs,
        forget_bias,
        reverse_time,
        put_relu_before_the_last_layer,
    ],
)
def test_the_parity_test_bites(golden_model, mistake):
    predicted, attention = mistake(golden_model.forecaster, torch.from_numpy(golden_model.inputs))
    scale = np.abs(golden_model.predictions).max()
    off = max(
        np.abs(predicted.detach().numpy() - golden_model.predictions).max() / scale,
        np.abs(attention.detach().numpy() - golden_model.attention).max(),
    )
    assert off > 1e-5


def test_rows_sum_to_one_or_nothing(small):
    _, attention = AttentionForecaster(small, MEAN, STD)(windows_of(50))
    rows = attention.sum(-1)
    assert torch.minimum(rows.abs(), (rows - 1).abs()).max() < 1e-5


@pytest.mark.parametrize(("score", "expected"), [(1e3, 1.0), (1e-6, 1.0), (1e-9, 0.0), (-1.0, 0.0)])
def test_rows_of_small_scores_sum_to_one_too(small, score, expected):
    attention = AttentionForecaster(small, MEAN, STD).attention
    paid = attention.pay(torch.full((4, 4, 2), score))
    assert torch.allclose(paid.sum(1), torch.tensor(expected), atol=1e-6)


def test_weights_come_from_the_generator_and_nothing_else(small):
    before = torch.random.get_rng_state()
    states = [
        AttentionForecaster(small, MEAN, STD, generator=seeded(seed)).state_dict()
        for seed in (1, 1, 2)
    ]
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not torch.equal(states[0]["attention.weight"], states[2]["attention.weight"])


@pytest.mark.parametrize(("initialisation", "deviation"), [("original", 1.0), ("scaled", 0.25)])
@pytest.mark.parametrize("rank", [None, 8])
def test_initialisation(initialisation, deviation, rank):
    config = ForecasterConfig(hidden_dim=16, initialisation=initialisation, query_rank=rank)
    model = AttentionForecaster(config, np.zeros(30, np.float32), np.ones(30, np.float32))
    model.requires_grad_(False)
    pairs = model.attention
    matrices = (
        pairs.weight
        if rank is None
        else torch.einsum("sir,tjr->stij", pairs.target_factor, pairs.source_factor)
    )
    assert float(matrices.std()) == pytest.approx(deviation, rel=0.1)
    assert float(pairs.bias.std()) == pytest.approx(deviation, rel=0.1)
    # torch's own initialisation of a linear layer, U(±1/√in)
    assert float(model.head[0].weight.abs().max()) == pytest.approx(1 / 4, rel=0.01)
    assert float(model.query_encoder[0].bias.abs().max()) == pytest.approx(5**-0.5, rel=0.01)


def test_own_past_leaves_attention_to_the_others(small):
    config = small.model_copy(update={"own_past": True})
    model = AttentionForecaster(config, MEAN, STD)
    x = windows_of(20)
    predicted, attention = model(x)
    assert attention.diagonal(dim1=1, dim2=2).abs().max() == 0
    assert attention.sum() > 0
    model.own_past.weight.data[:, -1] = 1.0  # persistence on top of what it was
    moved = model(x)[0] - predicted
    expected = x[..., -1:] - torch.from_numpy(MEAN)[:, None]
    torch.testing.assert_close(moved, expected, rtol=1e-4, atol=1e-3)


def test_low_rank_is_the_full_score_of_its_product(small):
    low = AttentionForecaster(small.model_copy(update={"query_rank": 2}), MEAN, STD)
    full = AttentionForecaster(small, MEAN, STD, initialise=False)
    state = dict(low.state_dict())
    U, V = state.pop("attention.target_factor"), state.pop("attention.source_factor")
    state["attention.weight"] = torch.einsum("sir,tjr->stji", U, V)
    full.load_state_dict(state)
    x = windows_of()
    for mine, theirs in zip(low(x), full(x), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-4)


def test_with_scale_shares_weights_and_leaves_the_original(small):
    model = AttentionForecaster(small, MEAN, STD)
    other = model.with_scale(Scale(MEAN + 10, STD * 2))
    x = windows_of()
    z = (x - torch.from_numpy(MEAN)[:, None]) / torch.from_numpy(STD)[:, None]
    moved = z * 2 * torch.from_numpy(STD)[:, None] + torch.from_numpy(MEAN)[:, None] + 10
    torch.testing.assert_close(other(moved)[1], model(x)[1], rtol=1e-3, atol=1e-4)
    assert torch.equal(model.mean, torch.from_numpy(MEAN))
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert mine is theirs


def test_dropout_is_off_in_evaluation_and_seeded_in_training(small):
    config = small.model_copy(update={"attention_dropout": 0.5})
    model, x = AttentionForecaster(config, MEAN, STD), windows_of(30)
    before = torch.random.get_rng_state()
    model.attention.dropout_generator = seeded(3)
    first = model(x)[0]
    model.attention.dropout_generator = seeded(3)
    assert torch.equal(model(x)[0], first)
    assert not torch.equal(model(x)[0], first)
    assert torch.equal(model.eval()(x)[0], model(x)[0])
    assert torch.equal(torch.random.get_rng_state(), before)


def test_dropout_keeps_the_mean():
    config = ForecasterConfig(hidden_dim=4, attention_dropout=0.4)
    attention = AttentionForecaster(config, MEAN, STD).attention
    ones, value = torch.ones(4, 4, 20_000), torch.eye(4).expand(20_000, 4, 4)
    gathered = attention.gather(ones, value, attention.draw_kept(20_000))
    assert gathered.unique().tolist() == pytest.approx([0, 1 / 0.6])
    assert float(gathered.mean()) == pytest.approx(1.0, abs=0.01)


def test_bad_windows_and_scales_are_refused(small):
    model = AttentionForecaster(small, MEAN, STD)
    with pytest.raises(ParameterError, match=r"shape \(batch, 4, 3\).*got \(2, 3, 3\)"):
        model(torch.zeros(2, 3, 3))
    with pytest.raises(ParameterError, match="4 regions; got 3"):
        model.with_scale(Scale(MEAN[:3], STD[:3]))
    with pytest.raises(ParameterError, match="one number per region"):
        AttentionForecaster(small, MEAN[:0], STD[:0])
