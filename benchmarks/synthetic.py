"""Run the original study's synthetic experiment in full: a million samples, one epoch."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from attnconn_assets.assets.scores.recovery_estimators import PUBLISHED_EXPERIMENT
from attnconn_core.connectivity import Pearson
from attnconn_core.figures import default_styles
from attnconn_core.scoring import recover
from attnconn_core.sources import independent_samples
from benchmarks.table import replace_section

__all__ = ["main"]

_SAMPLES, _SEED = 1_000_000, 0
_HEADER = "| method | r with the diagonal | r without the diagonal | AUROC | orientation | time |"


def main() -> None:
    """Draw a network and samples, train on the first 80 %, average attention over the rest."""
    parser = argparse.ArgumentParser(prog="benchmarks.synthetic", description=main.__doc__)
    parser.add_argument("--samples", type=int, default=_SAMPLES)
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    options = parser.parse_args()
    lines = [f"{options.samples:,} samples, 20 regions.", ""]
    lines += [_HEADER, "|" + " --- |" * (_HEADER.count("|") - 1)]
    print("\n".join(lines), flush=True)
    for line in _rows(options.samples):
        lines.append(line)
        print(line, flush=True)
    if options.write:
        replace_section(Path(__file__).parent / "README.md", "synthetic", "\n".join(lines))


def _rows(samples: int) -> Iterator[str]:
    benchmark = independent_samples(1, _SEED, samples)
    (series,), (truth,) = benchmark.series, benchmark.truths
    for method, estimator in (
        (PUBLISHED_EXPERIMENT.method, PUBLISHED_EXPERIMENT),
        (Pearson.method, Pearson()),
    ):
        began = time.perf_counter()
        found = estimator.estimate(series).values
        took = f"{time.perf_counter() - began:.0f} s"
        yield _row(default_styles().unmarked(method), found, truth, took)
    yield _row("self loops only", np.eye(len(truth)), truth, "")


def _row(name: str, found: np.ndarray, truth: np.ndarray, took: str) -> str:
    score = recover(found, truth)
    numbers = (score.r_with_diagonal, score.r, score.auroc, score.orientation)
    shown = (f"{number:.3f}" if np.isfinite(number) else "" for number in numbers)
    return f"| {name} | " + " | ".join(shown) + f" | {took} |"


if __name__ == "__main__":
    main()
