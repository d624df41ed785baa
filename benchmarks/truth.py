"""How well every method finds networks that are known: NetSim's and Sanchez-Romero's.

Granger's order and the forecaster are chosen and trained as for a cohort, on the series
alone; nothing is chosen on a network.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from attnconn_assets.assets.scores.recovery_estimators import estimators_for
from attnconn_assets.assets.scores.specs import competitors_of
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import configured
from attnconn_core.figures import Styles
from attnconn_core.scoring import PUBLISHED, recovery_scores, summarise_recovery
from attnconn_core.sources import KnownTruth, read_known_truth
from benchmarks.table import replace_section

__all__ = ["benchmarks_in", "main"]

_HERE = Path(__file__).parent
_STUDY = _HERE.parent / "studies" / "known_truth.yaml"
_SCORES = {
    "auroc": "AUROC off the diagonal, directed",
    "auprc": "Average precision (AUPRC) off the diagonal, directed",
    "orientation": "Orientation: share of one-way edges whose direction scores higher",
}


def main() -> None:
    """Run every method on every network of a folder, and print or write the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.truth", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="holds netsim/ and sanchez_romero/")
    parser.add_argument("--write", action="store_true", help="into benchmarks/README.md")
    parser.add_argument("--data-sets", type=int, help="of each network, the first so many")
    options = parser.parse_args()
    found = {
        benchmark.name: _scored(benchmark.head(options.data_sets))
        for benchmark in benchmarks_in(options.folder)
    }
    tables = "\n\n".join(f"{title}:\n\n{_table(found, score)}" for score, title in _SCORES.items())
    print(tables)
    if options.write:
        replace_section(_HERE / "README.md", "truth", tables)


def benchmarks_in(folder: Path) -> Iterator[KnownTruth]:
    """Read NetSim's simulations 1 to 4 and Sanchez-Romero's networks 1 to 5."""
    for number in range(1, 5):
        file = folder / "netsim" / f"sim{number:02d}.npz"
        yield read_known_truth(file, f"netsim-sim{number}", 3.0)
    for number in range(1, 6):
        file = folder / "sanchez_romero" / f"Network{number}_amp.npz"
        yield read_known_truth(file, f"sanchez-{number}", 1.2)


def _scored(benchmark: KnownTruth) -> pd.DataFrame:
    print(f"{benchmark.name}: {len(benchmark.series)} data sets", flush=True)
    estimators = estimators_for(competitors_of(load_study(_STUDY)), benchmark)
    scores, failed = recovery_scores(estimators, benchmark)
    for where, why in failed.items():
        print(f"  {where}: {why}", flush=True)
    table = summarise_recovery(scores).set_index("method")
    published = PUBLISHED.get(benchmark.name)
    return table if published is None else pd.concat([table, published.set_index("method")])


def _table(found: dict[str, pd.DataFrame], score: str) -> str:
    published = {name for table in PUBLISHED.values() for name in table["method"]}
    styles = Styles(configured(load_study(_STUDY).read_out).values())
    methods = list(dict.fromkeys(name for table in found.values() for name in table.index))
    lines = ["| method | " + " | ".join(found) + " |", "|" + " --- |" * (len(found) + 1)]
    for method in methods:
        cells = [_cell(table, method, score) for table in found.values()]
        if any(cells):
            named = f"*{method}, published*" if method in published else styles.label(method)
            lines.append(f"| {named} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(table: pd.DataFrame, method: str, score: str) -> str:
    """Mean, and half the width of its 95 % interval over data sets."""
    if method not in table.index or pd.isna(table.loc[method, score]):
        return ""
    row = table.loc[method]
    shown = f"{row[score]:.3f}"
    half = (row[f"{score}_upper"] - row[f"{score}_lower"]) / 2
    return shown if pd.isna(half) or half == 0 else f"{shown} ± {half:.3f}"


if __name__ == "__main__":
    main()
