import torch
from torch import nn

from attnconn_core.forecasting.layers import RegionalHead, RegionalLinear, RegionalStack


def as_torch(layer: RegionalLinear, region: int) -> nn.Linear:
    """One region's layer as torch has it."""
    _, n_in, n_out = layer.weight.shape
    linear = nn.utils.skip_init(nn.Linear, n_in, n_out)
    linear.weight.data = layer.weight.data[region].T
    linear.bias.data = layer.bias.data[region, 0]
    return linear


def drawn(module):
    generator = torch.Generator().manual_seed(0)
    for parameter in module.parameters():
        parameter.data.normal_(generator=generator)
    return module, torch.randn(3, 6, 4, generator=generator)


def test_a_stack_is_torch_layers_with_relu_between():
    stack, x = drawn(RegionalStack(3, [4, 5, 2]))
    for region in range(3):
        first, second = (as_torch(layer, region) for layer in stack)
        expected = nn.Sequential(first, nn.ReLU(), second)(x[region])
        torch.testing.assert_close(stack(x)[region], expected)


def test_a_head_has_relu_before_every_layer_but_the_last():
    head, x = drawn(RegionalHead(3, [4, 4, 4, 1]))
    for region in range(3):
        a, b, c = (as_torch(layer, region) for layer in head)
        expected = nn.Sequential(nn.ReLU(), a, nn.ReLU(), b, c)(x[region])
        torch.testing.assert_close(head(x.clone())[region], expected)


def test_gradients_survive_the_work_in_place():
    stack, x = drawn(RegionalStack(3, [4, 5, 5, 2]).double())
    x = x.double().requires_grad_()
    assert torch.autograd.gradcheck(stack, (x,))
