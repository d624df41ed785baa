"""``python -m benchmarks.gpu``: compare results with the CPU; measure speed and memory."""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.gpu.equality import BFLOAT16, FLOAT32, forward, gradients, reading
from benchmarks.gpu.models import attnconn_models, subject_models, sweep
from benchmarks.gpu.setting import HCP, SMALL, Cells, Size
from benchmarks.gpu.speed import free, rate_rows, scan_reading, steps
from benchmarks.table import replace_section

__all__ = ["PARTS", "Part", "main", "table"]

_PAGE = Path(__file__).parents[1] / "README.md"
_HEADER = "| measurement | plain | attnconn | ratio | target |"


@dataclass(frozen=True)
class Part:
    """Rows that are measured together; if one fails, all fail.

    Attributes
    ----------
    rows
        The first cell of each row.
    measure
        Returns the other cells of each row: plain, attnconn, ratio, target.
    """

    rows: tuple[str, ...]
    measure: Callable[[Size], list[Cells]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare a GPU with the CPU and with the plain implementation, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.gpu", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--small", action="store_true", help="tiny sizes, on the CPU")
    options = parser.parse_args(arguments)
    if not options.small and not torch.cuda.is_available():
        parser.error("no GPU was found by torch; --small runs tiny sizes on the CPU")
    lines = []
    for line in table(SMALL if options.small else HCP):
        lines.append(line)
        print(line, flush=True)
    if options.write:
        replace_section(_PAGE, "gpu", "\n".join(lines))


def table(size: Size) -> Iterator[str]:
    """Yield the lines of the table as they are measured; a failed part holds the reason."""
    began = time.perf_counter()
    card = f"torch {torch.__version__}, on the CPU in tiny sizes"
    if size.device == "cuda":
        card = f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    yield (
        f"Measured on {card}; {size.regions} regions, batches of {size.batch}, "
        f"medians of {size.times}."
    )
    yield ""
    yield _HEADER
    yield "|" + " --- |" * (_HEADER.count("|") - 1)
    for part in PARTS:
        free()
        try:
            measured = part.measure(size)
        except Exception as error:  # the other parts still count
            traceback.print_exc(file=sys.stderr)
            reason = " ".join(str(error).split())[:200].replace("|", "/")
            failed = f"failed: {type(error).__name__}: {reason}"
            measured = [("", failed, "", "")] * len(part.rows)
        for what, cells in zip(part.rows, measured, strict=True):
            yield f"| {what} | {' | '.join(cells)} |"
    yield ""
    yield f"The whole benchmark took {time.perf_counter() - began:.0f} s."


def _step_rows(what: str) -> tuple[str, ...]:
    return what, f"{what}: peak memory", f"{what}: share of the matrix rate"


PARTS = (
    Part(
        tuple(f"rate of a matrix product, {name}" for name in ("float32", "TF32", "bfloat16")),
        rate_rows,
    ),
    Part(("GPU against CPU: prediction, relative error", "GPU against CPU: attention"), forward),
    Part(
        ("GPU against CPU: largest error of a gradient, `subject`",),
        lambda size: gradients(size, "subject", "float32", FLOAT32),
    ),
    Part(
        ("GPU against CPU: largest error of a gradient, `attnconn`",),
        lambda size: gradients(size, "attnconn", "float32", FLOAT32),
    ),
    Part(
        ("GPU against CPU: largest error of a gradient, `precision: bfloat16`",),
        lambda size: gradients(size, "subject", "bfloat16", BFLOAT16),
    ),
    Part(("GPU against CPU: mean attention of a scan",), reading),
    Part(_step_rows("training step"), lambda size: steps(size, "float32", "highest", False)),
    Part(
        _step_rows("training step, TF32 products on both sides"),
        lambda size: steps(size, "float32", "high", False, ""),
    ),
    Part(
        _step_rows("training step, `precision: bfloat16`, plain in float32"),
        lambda size: steps(size, "bfloat16", "highest", False),
    ),
    Part(
        _step_rows("training step, `precision: bfloat16`, plain under bfloat16 autocast"),
        lambda size: steps(size, "bfloat16", "highest", True),
    ),
    Part(("mean attention of a scan",), scan_reading),
    Part(("session models per minute, `subject`",), subject_models),
    Part(
        (
            "session models per minute, `attnconn`",
            "session models per minute, `attnconn`, all epochs, then a refit of as many epochs",
        ),
        attnconn_models,
    ),
    Part(("cohort sweep",), lambda size: sweep(size, "float32")),
    Part(
        ("cohort sweep, `precision: bfloat16`, plain in float32",),
        lambda size: sweep(size, "bfloat16"),
    ),
)

if __name__ == "__main__":
    main()
