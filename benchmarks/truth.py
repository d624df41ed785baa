"""Measure how well every method finds known networks: NetSim's and Sanchez-Romero's.

Granger's order is chosen, and forecasters are trained, as for a cohort and on the series alone;
nothing is chosen on a known network.
"""

import argparse
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from attnconn_assets.assets.scores.recovery_estimators import estimators_for
from attnconn_assets.assets.scores.specs import competitors_of
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import configured
from attnconn_core.errors import ParameterError
from attnconn_core.figures import Styles
from attnconn_core.scoring import PUBLISHED, recovery_scores, summarise_recovery
from attnconn_core.sources import KnownTruth, read_known_truth
from benchmarks.table import replace_section, section

__all__ = ["benchmarks_in", "main", "merged"]

_HERE = Path(__file__).parent
_STUDY = _HERE.parent / "studies" / "known_truth.yaml"
_SCORES = {
    "auroc": "AUROC of directed edges, without the diagonal",
    "auprc": "Average precision (AUPRC) of directed edges, without the diagonal",
    "orientation": "Orientation: share of one-way edges whose true direction has the higher score",
}


def main() -> None:
    """Run methods on every network of a folder, and print or write the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.truth", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="folder with netsim/ and sanchez_romero/")
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--data-sets", type=int, help="number of data sets per network")
    parser.add_argument(
        "--methods",
        type=lambda text: tuple(text.split(",")),
        help="names joined by commas: computes only their rows and keeps the others",
    )
    options = parser.parse_args()
    print("Each method runs on 9 networks. The tables are written at the end.", file=sys.stderr)
    found = {
        benchmark.name: _scored(benchmark.head(options.data_sets), options.methods)
        for benchmark in benchmarks_in(options.folder)
    }
    page = _HERE / "README.md"
    before = section(page, "truth") if options.methods else ""
    first = f"first {options.data_sets} data sets" if options.data_sets else None
    tables = "\n\n".join(
        f"{title}:\n\n{merged(_rows_of(before, title), _table(found, score), _order(), first)}"
        for score, title in _SCORES.items()
    )
    print(tables)
    if options.write:
        replace_section(page, "truth", tables)


def benchmarks_in(folder: Path) -> Iterator[KnownTruth]:
    """Read NetSim's simulations 1 to 4 and Sanchez-Romero's networks 1 to 5."""
    for number in range(1, 5):
        file = folder / "netsim" / f"sim{number:02d}.npz"
        yield read_known_truth(file, f"netsim-sim{number}", 3.0)
    for number in range(1, 6):
        file = folder / "sanchez_romero" / f"Network{number}_amp.npz"
        yield read_known_truth(file, f"sanchez-{number}", 1.2)


def merged(
    before: list[str], computed: list[str], order: list[str], note: str | None = None
) -> str:
    """Return a table with newly computed rows, and with the other rows as they were.

    Parameters
    ----------
    before, computed
        Lines of the existing table, possibly none, and of the new one. Both have the same
        column headers.
    order
        Labels in the order of the result; rows with other labels come last, in their
        existing order.
    note
        Added in brackets to the labels of computed rows. A computed row replaces the row
        with the same label, whatever its note.

    Raises
    ------
    ParameterError
        If the column headers differ: the tables are about different networks.
    """
    if before and before[0] != computed[0]:
        raise ParameterError(f"rows can join a table of the same columns; got {computed[0]}")
    rows = {_label(line): line for line in before[2:]}
    for line in computed[2:]:
        label = _label(line)
        rows[label] = line.replace(f"| {label} |", f"| {label} ({note}) |", 1) if note else line
    place = {label: number for number, label in enumerate(order)}
    shown = sorted(rows, key=lambda label: place.get(label, len(place)))
    return "\n".join([*computed[:2], *(rows[label] for label in shown)])


def _label(line: str) -> str:
    return re.sub(r" \(first \d+ data sets\)$", "", line.split("|")[1].strip())


def _rows_of(text: str, title: str) -> list[str]:
    """Return the lines of the table below this title."""
    _, _, after = text.partition(f"{title}:\n\n")
    return [line for line in after.partition("\n\n")[0].splitlines() if line]


def _order() -> list[str]:
    every = configured(load_study(_STUDY).read_out)
    styles = Styles(every.values())
    return [styles.unmarked(name) for name in every]


def _scored(benchmark: KnownTruth, only: Collection[str] | None) -> pd.DataFrame:
    print(f"{benchmark.name}: {len(benchmark.series)} data sets", flush=True)
    estimators = estimators_for(competitors_of(load_study(_STUDY)), benchmark, only)
    with tqdm(total=len(estimators), desc=benchmark.name, unit=" methods") as bar:
        scores, failed = recovery_scores(estimators, benchmark, lambda _: bar.update())
    for where, why in failed.items():
        print(f"  {where}: {why}", flush=True)
    table = summarise_recovery(scores).set_index("method")
    if only is not None:
        return table.loc[[name for name in table.index if name in only]]
    published = PUBLISHED.get(benchmark.name)
    return table if published is None else pd.concat([table, published.set_index("method")])


def _table(found: Mapping[str, pd.DataFrame], score: str) -> list[str]:
    published = {name for table in PUBLISHED.values() for name in table["method"]}
    styles = Styles(configured(load_study(_STUDY).read_out).values())
    methods = list(dict.fromkeys(name for table in found.values() for name in table.index))
    lines = ["| method | " + " | ".join(found) + " |", "|" + " --- |" * (len(found) + 1)]
    for method in methods:
        cells = [_cell(table, method, score) for table in found.values()]
        if any(cells):
            named = f"*{method}, published*" if method in published else styles.unmarked(method)
            lines.append(f"| {named} | " + " | ".join(cells) + " |")
    return lines


def _cell(table: pd.DataFrame, method: str, score: str) -> str:
    """Format the mean over data sets, ± half the width of its 95 % interval."""
    if method not in table.index or pd.isna(table.loc[method, score]):
        return ""
    row = table.loc[method]
    shown = f"{row[score]:.3f}"
    half = (row[f"{score}_upper"] - row[f"{score}_lower"]) / 2
    return shown if pd.isna(half) or half == 0 else f"{shown} ± {half:.3f}"


if __name__ == "__main__":
    main()
