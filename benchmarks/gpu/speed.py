"""Time a training step and the mean attention of a scan, on the same GPU as the plain ones."""

import functools
import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from attnconn_core.forecasting import ForecasterConfig, TrainingConfig, mean_attention
from benchmarks.gpu.setting import Cells, Size, forecaster_of, preset, series_of, trainer_of
from benchmarks.measure import once
from benchmarks.network import _Plain, _plain_mean, _plain_step_of

__all__ = [
    "free",
    "median",
    "own_step",
    "plain_step",
    "rate_rows",
    "ratio",
    "scan_reading",
    "steps",
]


@functools.cache
def _rates(size: Size) -> dict[str, float]:
    """Return the operations per second of a large matrix product in each precision."""
    found = {}
    for name, dtype, precision in (
        ("float32", torch.float32, "highest"),
        ("TF32", torch.float32, "high"),
        ("bfloat16", torch.bfloat16, "highest"),
    ):
        with _Products(precision):
            a = torch.randn(size.matrix, size.matrix, device=size.device).to(dtype)
            seconds = median(functools.partial(torch.matmul, a, a), size)
        found[name] = 2 * size.matrix**3 / seconds
    return found


class _Products:
    """A context that sets the precision of float32 products; `high` is TF32."""

    def __init__(self, precision: str) -> None:
        self.precision = precision

    def __enter__(self) -> None:
        torch.set_float32_matmul_precision(self.precision)

    def __exit__(self, *_: object) -> None:
        torch.set_float32_matmul_precision("highest")


@dataclass(frozen=True)
class _Timed:
    """Seconds of a training step, and peak memory on the GPU."""

    seconds: float
    peak_bytes: int


@functools.cache
def plain_step(
    size: Size, config: ForecasterConfig, products: str = "highest", autocast: bool = False
) -> _Timed:
    """Time a step of the plain implementation, which has no dropout."""
    free()
    with torch.device(size.device):
        torch.manual_seed(0)
        model = _plain_of(size, config)
        x = torch.randn(size.batch, size.regions, config.input_window)
        y = torch.randn(size.batch, size.regions)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    rounded = torch.autocast(size.device, torch.bfloat16, enabled=autocast)
    with _Products(products), rounded:
        seconds = median(lambda: _plain_step_of(model, optimiser, x, y), size)
    return _Timed(seconds, peak(size))


def _plain_of(size: Size, config: ForecasterConfig) -> _Plain:
    model = _Plain(
        size.regions,
        config.input_window,
        config.hidden_dim,
        config.input_layers,
        config.bottleneck_dim,
    )
    return model.to(size.device)


@functools.cache
def own_step(
    size: Size, config: ForecasterConfig, precision: str = "float32", products: str = "highest"
) -> _Timed:
    free()
    training = TrainingConfig(device=size.device, batch_size=size.batch, precision=precision)
    trainer = trainer_of(size, config, training, drawn=False)
    index = torch.arange(size.batch, device=size.device)
    with _Products(products):
        seconds = median(lambda: trainer.step(index), size)
    return _Timed(seconds, peak(size))


def steps(
    size: Size, precision: str, products: str, autocast: bool, asked: str = "≥ 3 ×"
) -> list[Cells]:
    config, _ = preset(size, "subject")
    plain = plain_step(size, config, products, autocast)
    ours = own_step(size, config, precision, products)
    rate = {"bfloat16": "bfloat16"}.get(precision, "TF32" if products == "high" else "float32")
    operations = 6.0 * size.batch * size.regions**2 * config.hidden_dim**2
    plain_rate = "bfloat16" if autocast else ("TF32" if products == "high" else "float32")
    shares = [
        f"{operations / timed.seconds / _rates(size)[name]:.0%} of {name}"
        for timed, name in ((plain, plain_rate), (ours, rate))
    ]
    return [
        (
            milliseconds(plain.seconds),
            milliseconds(ours.seconds),
            ratio(plain.seconds, ours.seconds),
            asked,
        ),
        (*(_megabytes(each.peak_bytes) for each in (plain, ours)), _memory_ratio(plain, ours), ""),
        (*shares, "", ""),
    ]


def rate_rows(size: Size) -> list[Cells]:
    return [("", f"{rate / 1e12:,.3g} TFLOP/s", "", "") for rate in _rates(size).values()]


def scan_reading(size: Size) -> list[Cells]:
    series = series_of(size.regions, size.scan_frames)
    config, _ = preset(size, "subject")
    forecaster = forecaster_of(size, config, size.device)
    ours = median(lambda: mean_attention(forecaster, series), replace(size, times=3))
    free()
    values = torch.from_numpy(series.runs[0].copy())
    standardised = ((values - values.mean(0)) / values.std(0)).to(size.device)
    windows = standardised.unfold(0, config.input_window, 1)[:-1].contiguous()
    model = _plain_of(size, config)
    plain = median(lambda: _plain_mean(model, windows, size.batch), replace(size, times=3))
    return [(milliseconds(plain), milliseconds(ours), ratio(plain, ours), "≥ 3 ×")]


def median(work: Callable[[], object], size: Size, warm: int = 3) -> float:
    """Return the median seconds of several runs, synchronised, after warm-up runs."""
    for _ in range(min(warm, size.times)):
        work()
    return statistics.median(once(work)[0] for _ in range(size.times))


def free() -> None:
    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak(size: Size) -> int:
    return torch.cuda.max_memory_allocated() if size.device == "cuda" else 0


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.0f} MB" if number else "not measured on a CPU"


def _memory_ratio(plain: _Timed, ours: _Timed) -> str:
    return ratio(plain.peak_bytes, ours.peak_bytes) if ours.peak_bytes else ""


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.3g} ms"


def ratio(plain: float, ours: float) -> str:
    return f"**{plain / ours:,.3g} ×**"
