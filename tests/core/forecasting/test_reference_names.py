import torch

from attnconn_core.forecasting.reference_names import from_reference, reference_shapes


def test_names_and_shapes_are_those_of_the_golden_model(golden, golden_config):
    state = torch.load(golden / "model.pt", weights_only=True)
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert reference_shapes(golden_config, 12) == shapes


def test_every_tensor_arrives_once(golden_config):
    """Each tensor holds a number of its own, and each number is found in one place."""
    shapes = reference_shapes(golden_config, 3)
    state = {
        name: torch.full(shape, float(number))
        for number, (name, shape) in enumerate(shapes.items())
    }
    ours = from_reference(golden_config, 3, state)
    found = torch.cat([tensor.flatten() for tensor in ours.values()])
    for number, shape in enumerate(shapes.values()):
        assert int((found == number).sum()) == torch.Size(shape).numel()
