"""``python -m benchmarks [row …]``: time rows of the speed table; print or write the table."""

import argparse
from pathlib import Path

from benchmarks import behaviour, fingerprint, granger, network, parcellation
from benchmarks.measure import Measured, in_its_own_process, machine, matrix_rate, read_rate
from benchmarks.row import Row
from benchmarks.table import replace_section

_MODULES = (granger, network, fingerprint, behaviour, parcellation)
ROWS: dict[str, Row] = {name: row for module in _MODULES for name, row in module.ROWS.items()}
_HEADER = (
    "| computation | plain | attnconn | speed-up | target | lower bound | share of lower bound "
    "| peak memory, plain → attnconn |"
)


def main() -> None:
    """Time attnconn and the plain implementation, and print or write the table."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=main.__doc__)
    parser.add_argument(
        "rows", nargs="*", choices=[*ROWS, []], help="rows to measure; default: all"
    )
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    options = parser.parse_args()
    matrix, read = matrix_rate(), read_rate()
    lines = [f"Measured on {machine(matrix)}, {read / 1e9:.0f} GB/s read by one thread.", ""]
    lines += [_HEADER, "|" + " --- |" * _HEADER.count("| ")]
    print("\n".join(lines), flush=True)
    for name in options.rows or ROWS:
        row = ROWS[name]
        module = next(each.__name__ for each in _MODULES if name in each.ROWS)
        ours, plain = (in_its_own_process(module, name, side) for side in ("ours", "plain"))
        lines.append(_line(row, ours, plain, row.floor(matrix, read)))
        print(lines[-1], flush=True)
    if options.write:
        replace_section(Path(__file__).parent / "README.md", "speed", "\n".join(lines))


def _line(row: Row, ours: Measured, plain: Measured, floor: float) -> str:
    timed = f" (timed: {plain.part})" if plain.part else ""
    cells = [
        row.what,
        f"{_seconds(plain.seconds)}{timed}",
        _seconds(ours.seconds),
        f"**{plain.seconds / ours.seconds:,.3g} ×**",
        f"{row.asked:,g} ×" if row.asked else f"within {row.within / 60:g} min",
        f"{_seconds(floor)} ({row.reason})",
        f"{floor / ours.seconds:.0%}",
        f"{plain.peak_bytes / 1e6:,.0f} → {ours.peak_bytes / 1e6:,.0f} MB",
    ]
    return "| " + " | ".join(cells) + " |"


def _seconds(value: float) -> str:
    if value >= 86_400:
        return f"{value / 86_400:.3g} days"
    if value >= 3600:
        return f"{value / 3600:.3g} h"
    return f"{value:.3g} s" if value >= 0.1 else f"{1000 * value:.3g} ms"


if __name__ == "__main__":
    main()
