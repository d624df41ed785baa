import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig, parts, targetwise
from attnconn_core.forecasting.pairwise import weighted_score
from attnconn_core.forecasting.targetwise import Targetwise

REGIONS, BATCH = 5, 7

# With 7 windows of 5 regions and d = 6: a target at a time, two at a time, all at once.
KEPT = [1, 500, 10_000]


def forecaster_of(**changes):
    settings = {"input_window": 3, "hidden_dim": 6, "input_layers": 2, "prediction_layers": 2}
    config = ForecasterConfig(**{**settings, "bottleneck_dim": 4, **changes})
    forecaster = AttentionForecaster(config, np.zeros(REGIONS), np.ones(REGIONS))
    if forecaster.own_past is not None:
        torch.nn.init.normal_(forecaster.own_past.weight, generator=seeded(1))
    return forecaster.double()


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def threads(request):
    """Let torch have so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def terms(predicted, attention, targets, observed):
    """An error, and one of the attention that isn't the same for every target."""
    weights = torch.arange(1.0, REGIONS + 1, dtype=torch.float64)[targets, None]
    error = (predicted - observed[:, targets]).square().sum()
    return torch.stack([error, (weights * attention.square()).sum()])


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"own_past": True, "output_window": 2},
        {"own_past": True, "values": "past"},
        {"attention_dropout": 0.4},
    ],
)
@pytest.mark.parametrize("threads", [1, 2, 3], indirect=True)
def test_gradients_are_those_of_all_targets_at_once(monkeypatch, kept, changes, threads):
    """Dropout among them: what is drawn is that of the batch, whoever follows it back."""
    monkeypatch.setitem(targetwise._KEPT_BYTES, "cpu", 8 * kept)
    forecaster = forecaster_of(**changes)
    horizon = forecaster.config.output_window
    x = torch.randn(BATCH, REGIONS, 3, generator=seeded(2), dtype=torch.float64)
    observed = torch.randn(BATCH, REGIONS, horizon, generator=seeded(3), dtype=torch.float64)

    def loss(predicted, attention, targets):
        return terms(predicted, attention, targets, observed)

    forecaster.attention.dropout_generator = seeded(4)
    at_once = loss(*forecaster.predict_standardised(x), slice(None))
    at_once.sum().backward()
    expected = {name: each.grad.clone() for name, each in forecaster.named_parameters()}
    ours = Targetwise(forecaster)
    for _ in range(2):  # what an earlier step left doesn't count
        forecaster.attention.dropout_generator = seeded(4)
        torch.testing.assert_close(ours.backward(x, loss), at_once.detach())
        for name, each in forecaster.named_parameters():
            torch.testing.assert_close(each.grad, expected[name], msg=name)


@pytest.mark.parametrize("changes", [{}, {"own_past": True, "attention_dropout": 0.4}])
def test_rounding_of_pairs_moves_every_gradient_a_little(monkeypatch, changes):
    summed = set()

    def watched(query, key, weight, kept):
        summed.update((kept.key_gradient.dtype, kept.weight_gradient.dtype))
        return weighted_score(query, key, weight, kept)

    monkeypatch.setattr(parts, "weighted_score", watched)
    forecaster = forecaster_of(**changes).float()
    x = torch.randn(BATCH, REGIONS, 3, generator=seeded(2))
    observed = torch.randn(BATCH, REGIONS, 1, generator=seeded(3))
    found = {}
    for precision in (torch.float32, torch.bfloat16):
        forecaster.attention.dropout_generator = seeded(4)
        ours = Targetwise(forecaster, precision)
        ours.backward(x, lambda *said: terms(*said, observed).float())
        found[precision] = {name: each.grad for name, each in forecaster.named_parameters()}
    for name, exact in found[torch.float32].items():
        rounded = found[torch.bfloat16][name]
        assert rounded.dtype == torch.float32
        off = ((rounded - exact).norm() / exact.norm()).item()
        assert off < 0.05, (name, off)
    assert summed == {torch.float32}
    exact, rounded = (each["attention.weight"] for each in found.values())
    assert not torch.equal(exact, rounded)


@pytest.mark.parametrize("threads", [2], indirect=True)
def test_the_same_threads_give_the_same_bits(threads):
    forecaster = forecaster_of().float()
    x = torch.randn(BATCH, REGIONS, 3, generator=seeded(2))
    observed, ours = torch.zeros(BATCH, REGIONS, 1), Targetwise(forecaster)
    found = []
    for _ in range(2):
        ours.backward(x, lambda *said: terms(*said, observed).float())
        found.append([each.grad.clone() for each in forecaster.parameters()])
    assert all(torch.equal(*each) for each in zip(*found, strict=True))


@pytest.mark.parametrize("threads", [1, 2], indirect=True)
def test_an_error_in_the_loss_is_raised_and_the_next_step_is_right(threads):
    forecaster = forecaster_of()
    x = torch.randn(BATCH, REGIONS, 3, generator=seeded(2), dtype=torch.float64)
    observed = torch.zeros(BATCH, REGIONS, 1, dtype=torch.float64)
    ours = Targetwise(forecaster)

    def fails_on_the_last(predicted, attention, targets):
        if targets.stop == REGIONS:
            raise ValueError("no such loss")
        return terms(predicted, attention, targets, observed)

    with pytest.raises(ValueError, match="no such loss"):
        ours.backward(x, fails_on_the_last)
    found = ours.backward(x, lambda *said: terms(*said, observed))
    at_once = terms(*forecaster.predict_standardised(x), slice(None), observed)
    torch.testing.assert_close(found, at_once.detach())
    at_once.sum().backward(inputs=[forecaster.head[0].weight])
    doubled = forecaster.head[0].weight.grad.clone()
    ours.backward(x, lambda *said: terms(*said, observed))
    torch.testing.assert_close(2 * forecaster.head[0].weight.grad, doubled)


def test_a_smaller_batch_may_follow_and_a_larger_one(monkeypatch):
    monkeypatch.setitem(targetwise._KEPT_BYTES, "cpu", 4000)
    forecaster = forecaster_of()
    ours = Targetwise(forecaster)
    for batch in (7, 3, 11):
        x = torch.randn(batch, REGIONS, 3, generator=seeded(batch), dtype=torch.float64)
        observed = torch.zeros(batch, REGIONS, 1, dtype=torch.float64)
        found = ours.backward(x, lambda *said, seen=observed: terms(*said, seen))
        at_once = terms(*forecaster.predict_standardised(x), slice(None), observed)
        torch.testing.assert_close(found, at_once.detach())


def test_the_pair_queries_are_made_once(monkeypatch):
    """Three products of W's size a step: forward, and backward for W and for the queries."""
    forecaster = forecaster_of()
    x = torch.randn(BATCH, REGIONS, 3, generator=seeded(2), dtype=torch.float64)
    observed = torch.zeros(BATCH, REGIONS, 1, dtype=torch.float64)

    def operations(step):
        with FlopCounterMode(display=False) as counter:
            step()
        return counter.get_total_flops()

    ours = operations(
        lambda: Targetwise(forecaster).backward(x, lambda *said: terms(*said, observed))
    )
    at_once = operations(
        lambda: terms(*forecaster.predict_standardised(x), slice(None), observed).sum().backward()
    )
    assert at_once - ours == 2 * BATCH * REGIONS**2 * 6**2
