"""Measure time and memory of a computation, in a process of its own."""

import contextlib
import dataclasses
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

__all__ = [
    "Measured",
    "best_of",
    "device",
    "in_its_own_process",
    "machine",
    "matrix_rate",
    "once",
    "peak_bytes",
    "read_rate",
    "watched",
]

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Measured:
    """Seconds of the whole computation, peak memory, and the part that was timed if not all."""

    seconds: float
    peak_bytes: int
    part: str = ""


def best_of(work: Callable[[], object], times: int) -> float:
    """Return the seconds of the fastest of several runs, after a warm-up run."""
    work()
    return min(once(work)[0] for _ in range(times))


def once(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds of a single run, and its result."""
    _finish()
    began = time.perf_counter()
    result = work()
    _finish()
    return time.perf_counter() - began, result


def device() -> str:
    """Return the device for neural networks: the GPU if there is one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def peak_bytes() -> int:
    """Return the peak memory: of the GPU if torch used one, otherwise of this process."""
    cuda = _cuda()
    if cuda is not None and cuda.max_memory_allocated():
        return int(cuda.max_memory_allocated())
    # Not getrusage: its peak includes that of the process that started this one.
    return _high_water("self")


def watched(command: Sequence[str | Path]) -> int:
    """Run a program to its end, and return its peak memory.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, StopIteration):
            peak = _high_water(str(process.pid))
        time.sleep(0.005)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with status {process.returncode}")
    return peak


def _high_water(process: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def in_its_own_process(module: str, row: str, side: str) -> Measured:
    """Measure one side of a module's row in a process with its own threads and libraries."""
    done = subprocess.run(  # noqa: S603  (ourselves)
        [sys.executable, "-m", "benchmarks.measure", module, row, side],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def matrix_rate() -> float:
    """Return the float32 operations per second of a large matrix product on all threads."""
    import torch

    a = torch.randn(2048, 2048, device=device())
    return 2 * 2048**3 / best_of(lambda: a @ a, 5)


def read_rate() -> float:
    """Return the bytes per second that a sum over memory reads."""
    values = np.ones(2**26, dtype=np.float32)
    return values.nbytes / best_of(values.sum, 3)


def machine(matrix: float) -> str:
    """Return a description of the machine."""
    import torch

    if torch.cuda.is_available():
        return (
            f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {matrix / 1e9:.0f} GFLOP/s"
        )
    return (
        f"{_processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"{matrix / 1e9:.0f} GFLOP/s in a float32 matrix product"
    )


def _finish() -> None:
    """Wait until the GPU, if there is one, has finished."""
    cuda = _cuda()
    if cuda is not None:
        cuda.synchronize()


def _cuda() -> Any:
    """Return torch.cuda if torch is already imported and there is a GPU; import nothing."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_available() else None


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'an unnamed processor'}, {os.cpu_count()} cores"


if __name__ == "__main__":
    row = importlib.import_module(sys.argv[1]).ROWS[sys.argv[2]]
    print(json.dumps(dataclasses.asdict(getattr(row, sys.argv[3])())))
