"""Compare the results of a GPU with the CPU's, from the same weights and windows."""

import math

import torch
from torch import Tensor

from attnconn_core.forecasting import mean_attention
from benchmarks.gpu.setting import (
    Cells,
    Size,
    changed,
    forecaster_of,
    preset,
    series_of,
    trainer_of,
)

__all__ = ["BFLOAT16", "FLOAT32", "error_cells", "forward", "gradients", "reading"]

# Targets: largest relative errors.
FLOAT32, BFLOAT16 = 1e-4, 5e-2


def forward(size: Size) -> list[Cells]:
    outputs = {}
    config, _ = preset(size, "subject")
    for device in ("cpu", size.device):
        forecaster = forecaster_of(size, config, device)
        values = series_of(size.regions, size.frames).runs[0]
        windows = torch.from_numpy(values.copy()).unfold(0, config.input_window, 1)[: size.batch]
        with torch.no_grad():
            prediction, attention = forecaster(windows.contiguous().to(device))
        # In standardised units: the large mean of raw values would hide an error.
        outputs[device, "prediction"] = forecaster.standardise(prediction).cpu()
        outputs[device, "attention"] = attention.cpu()
    return [
        error_cells(_relative(outputs[size.device, name], outputs["cpu", name]), FLOAT32)
        for name in ("prediction", "attention")
    ]


def gradients(size: Size, name: str, precision: str, asked: float) -> list[Cells]:
    cpu = _gradient(size, name, precision, "cpu")
    other = _gradient(size, name, precision, size.device)
    worst = max(cpu, key=lambda each: _relative(other[each], cpu[each]))
    note = f"in {worst}; {_relative(_flat(other), _flat(cpu)):.1e} in all parameters together"
    if precision != "float32":
        exact = _gradient(size, name, "float32", "cpu")
        rounded = max(_relative(cpu[each], exact[each]) for each in cpu)
        note += f"; largest error of bfloat16 against float32 on the CPU {rounded:.1e}"
    return [error_cells(_relative(other[worst], cpu[worst]), asked, note)]


def _gradient(size: Size, name: str, precision: str, device: str) -> dict[str, Tensor]:
    """Return the loss and every parameter's gradient in the first training step."""
    config, training = preset(size, name)
    config = changed(config, attention_dropout=0.0)  # dropout draws differ between devices
    settings = {"device": device, "precision": precision, "gradient_clip": 1e30}
    trainer = trainer_of(size, config, changed(training, **settings))
    terms = trainer.step(torch.arange(size.batch, device=device))
    named = trainer.forecaster.named_parameters()
    found = {each: parameter.grad for each, parameter in named}
    return {"loss": terms.cpu()} | {
        each: gradient.detach().cpu() for each, gradient in found.items() if gradient is not None
    }


def _flat(gradients: dict[str, Tensor]) -> Tensor:
    return torch.cat([each.flatten() for name, each in gradients.items() if name != "loss"])


def reading(size: Size) -> list[Cells]:
    series = series_of(size.regions, size.frames)
    config, _ = preset(size, "subject")
    found = [
        torch.from_numpy(mean_attention(forecaster_of(size, config, device), series).values)
        for device in ("cpu", size.device)
    ]
    return [error_cells(_relative(found[1], found[0]), FLOAT32)]


def _relative(found: Tensor, expected: Tensor) -> float:
    """Return the norm of the difference divided by the norm of the expected values."""
    difference = torch.linalg.vector_norm(found.double() - expected.double()).item()
    norm = torch.linalg.vector_norm(expected.double()).item()
    return difference / norm if norm else (0.0 if difference == 0 else math.inf)


def error_cells(error: float, asked: float, note: str = "") -> Cells:
    kept = "" if error <= asked else " **missed**"
    return "", f"{error:.1e}{f' ({note})' if note else ''}", "", f"≤ {asked:.0e}{kept}"
