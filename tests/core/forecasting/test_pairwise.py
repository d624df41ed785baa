import pytest
import torch

from attnconn_core.forecasting import pairwise
from attnconn_core.forecasting.pairwise import Kept, biased_score, tile_room, weighted_score


def draw(batch, targets, sources, d, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shapes = [(batch, targets, d), (batch, sources, d), (targets, sources, d, d)]
    return [
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
        for shape in (*shapes, (targets, sources, d))
    ]


def plain(query, key, weight, bias):
    """The formula of the method, every pair's query written out; W is weight transposed."""
    pair_queries = torch.einsum("bsi,stij->bstj", query, weight.mT) + bias
    return torch.einsum("bstj,btj->bst", pair_queries, key)


def score(query, key, weight, bias):
    """The score as attention computes it, (batch, target, source)."""
    windows_last = key.permute(1, 2, 0)
    weighted = weighted_score(query.transpose(0, 1), windows_last, weight)
    return (weighted + biased_score(windows_last, bias).transpose(0, 1)).permute(2, 0, 1)


# Numbers in a tile, so that 3 × 2 × (5 sources) is cut every way: one source at a time,
# uneven ranges of sources, one target at a time, several targets, everything at once.
TILES = [1, 12, 31, 62, 10_000]


@pytest.mark.parametrize("numbers", TILES)
def test_gradients_are_those_of_finite_differences(monkeypatch, numbers):
    monkeypatch.setitem(pairwise._TILE_BYTES, "cpu", 8 * numbers)
    assert torch.autograd.gradcheck(score, draw(3, 4, 5, 2))


@pytest.mark.parametrize("numbers", TILES)
def test_score_and_gradients_equal_the_plain_formulation(monkeypatch, numbers):
    monkeypatch.setitem(pairwise._TILE_BYTES, "cpu", 8 * numbers)
    inputs = draw(3, 4, 5, 2, seed=1)
    ours, theirs = score(*inputs), plain(*inputs)
    torch.testing.assert_close(ours, theirs)
    weights = torch.rand(ours.shape, generator=torch.Generator().manual_seed(2)) - 0.5
    for mine, reference in zip(
        torch.autograd.grad((ours * weights).sum(), inputs),
        torch.autograd.grad((theirs * weights).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(mine, reference)


@pytest.mark.parametrize("numbers", TILES)
def test_what_is_kept_gives_the_same_gradients(monkeypatch, numbers):
    monkeypatch.setitem(pairwise._TILE_BYTES, "cpu", 8 * numbers)
    query, key, weight, _ = draw(3, 4, 5, 2, seed=3)
    by_target, key = query.transpose(0, 1), key.detach().permute(1, 2, 0).requires_grad_()
    plainly = torch.autograd.grad(
        weighted_score(by_target, key, weight).square().sum(), (query, key, weight)
    )
    kept = Kept(
        torch.full((4 * 3 * 5 * 2,), float("nan"), dtype=torch.float64),
        torch.full((tile_room(4, key),), float("nan"), dtype=torch.float64),
        torch.full_like(weight, float("nan")).detach(),
        torch.ones_like(key).detach(),
    )
    again = weighted_score(by_target, key.detach(), weight.detach(), kept)
    found = torch.autograd.grad(again.square().sum(), query)[0]
    torch.testing.assert_close(found, plainly[0])
    torch.testing.assert_close(kept.key_gradient, 1 + plainly[1])
    torch.testing.assert_close(kept.weight_gradient, plainly[2])


@pytest.mark.parametrize("numbers", TILES)
def test_rounded_factors_are_summed_unrounded(monkeypatch, numbers):
    """Small whole numbers are exact in bfloat16, their sums beyond 256 only in float32."""
    monkeypatch.setitem(pairwise._TILE_BYTES, "cpu", 2 * numbers)
    generator = torch.Generator().manual_seed(4)
    query, key, weight = (
        torch.randint(0, 4, shape, generator=generator).float().requires_grad_()
        for shape in ((9, 4, 6), (9, 5, 6), (4, 5, 6, 6))
    )
    graded = torch.randint(0, 7, (9, 4, 5), generator=generator).float()
    exactly = plain(query, key, weight, torch.zeros(4, 5, 6))
    expected = torch.autograd.grad((exactly * graded).sum(), (query, key, weight))
    for exact in (exactly, expected[1]):
        assert not torch.equal(exact, exact.bfloat16().float())

    rounded = key.detach().permute(1, 2, 0).to(torch.bfloat16)
    kept = Kept(
        torch.empty(4 * 9 * 5 * 6, dtype=torch.bfloat16),
        torch.empty(tile_room(4, rounded), dtype=torch.bfloat16),
        torch.empty_like(weight).detach(),
        torch.zeros(5, 6, 9),
    )
    ours = weighted_score(query.transpose(0, 1), rounded, weight.detach(), kept)
    assert torch.equal(ours.permute(2, 0, 1), exactly)
    (of_query,) = torch.autograd.grad((ours * graded.permute(1, 2, 0)).sum(), query)
    assert torch.equal(kept.key_gradient.permute(2, 0, 1), expected[1])
    # One tile's product has bfloat16's eight bits; tiles are added in float32.
    torch.testing.assert_close(of_query, expected[0], rtol=2**-7, atol=0)
    torch.testing.assert_close(kept.weight_gradient, expected[2], rtol=2**-8, atol=0)


def test_no_tensor_of_every_pair_and_window_is_made():
    largest = 0

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            nonlocal largest
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor):
                largest = max(largest, result.numel())
            return result

    batch, regions, d = 256, 20, 16
    inputs = draw(batch, regions, regions, d)
    with Watch():
        score(*inputs).sum().backward()
    everything, tile = batch * regions * regions * d, pairwise._TILE_BYTES["cpu"] // 8
    assert max(inputs[2].numel(), 0.5 * tile) <= largest <= tile < everything
    largest = 0
    with Watch():
        plain(*inputs)
    assert largest == everything
