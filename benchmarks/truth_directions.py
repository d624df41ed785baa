"""Measure how well methods find the directions of known networks, from one and ten sessions.

The methods need only a series, except `CohortDirected`: it runs on groups of ten data sets and
combines each with the evidence of the other nine. Nothing is chosen on a known network.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from attnconn_core.connectivity import METHODS, CohortDirected
from attnconn_core.scoring import recover
from attnconn_core.sources import KnownTruth
from benchmarks.table import replace_section
from benchmarks.truth import benchmarks_in

__all__ = ["main"]

_METHODS = (
    "patel_tau",
    "likelihood_ratio",
    "likelihood_ratio_entropy",
    "likelihood_ratio_entropy_rest",
    "likelihood_ratio_innovations",
    "oriented_partial",
    "directed",
)
_TOGETHER = 10
_COHORT = f"Directed, with {_TOGETHER - 1} other sessions"


def main() -> None:
    """Score the directions on every network of a folder, and print or write the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.truth_directions", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="folder with netsim/ and sanchez_romero/")
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--data-sets", type=int, help="number of data sets per network")
    parser.add_argument("--methods", nargs="*", default=_METHODS, help="names of methods")
    options = parser.parse_args()
    found: dict[str, dict[str, tuple[float, float]]] = {}
    counts: dict[str, int] = {}
    for benchmark in benchmarks_in(options.folder):
        used = benchmark.head(options.data_sets)
        counts[used.name] = len(used.series)
        print(f"{used.name}: {counts[used.name]} data sets", flush=True)
        for name, scores in _scored(used, options.methods):
            found.setdefault(name, {})[used.name] = scores
    used_sets = ", ".join(f"{name} {n}" for name, n in counts.items())
    tables = f"Number of data sets: {used_sets}.\n\n" + "\n\n".join(
        f"{title}:\n\n{_table(found, position)}"
        for position, title in enumerate(("Orientation", "Average precision of directed edges"))
    )
    print(tables)
    if options.write:
        replace_section(Path(__file__).parent / "README.md", "directions", tables)


def _scored(benchmark: KnownTruth, methods: list[str]) -> Iterator[tuple[str, tuple[float, float]]]:
    pairs = list(zip(benchmark.series, benchmark.truths, strict=True))
    for name in methods:
        estimator = METHODS[name].make()
        yield (
            METHODS[name].label,
            _mean([recover(estimator.estimate(each).values, truth) for each, truth in pairs]),
        )
    scores = []
    for start in range(0, len(pairs) - _TOGETHER + 1, _TOGETHER):
        series, truths = zip(*pairs[start : start + _TOGETHER], strict=True)
        cohort = CohortDirected().estimate_cohort(series)
        scores += [recover(e.values, truth) for e, truth in zip(cohort, truths, strict=True)]
    if scores:
        yield _COHORT, _mean(scores)


def _mean(scores: list) -> tuple[float, float]:
    return (
        float(np.nanmean([each.orientation for each in scores])),
        float(np.mean([each.auprc for each in scores])),
    )


def _table(found: dict[str, dict[str, tuple[float, float]]], position: int) -> str:
    networks = list(next(iter(found.values())))
    groups = {
        "mean of NetSim": [name for name in networks if name.startswith("netsim")],
        "mean of feedback networks": [name for name in networks if name.startswith("sanchez")],
    }
    lines = [
        "| method | " + " | ".join([*networks, *groups]) + " |",
        "|" + " --- |" * (1 + len(networks) + len(groups)),
    ]
    for method, scores in found.items():
        cells = [scores[name][position] for name in networks]
        means = [np.mean([scores[name][position] for name in each]) for each in groups.values()]
        lines.append(f"| {method} | " + " | ".join(f"{v:.3f}" for v in [*cells, *means]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
