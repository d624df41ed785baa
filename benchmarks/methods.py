"""Measure cost and repeatability on the sample of every method that needs only a series.

The methods of other libraries need the extra ``[peers]``. They take minutes per session, so
each is run on one session, in a process of its own.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from attnconn_core.connectivity import METHODS, READY, Estimator
from attnconn_core.connectivity.peers.registry import PEERS, available_peers
from attnconn_core.records import Cohort, Session, TimeSeries
from attnconn_core.scoring import edgewise_reliability
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.scoring.reliability.agreement import subject_agreement
from attnconn_core.sources import HcpSample
from attnconn_core.timeseries import split
from benchmarks.measure import once, peak_bytes
from benchmarks.table import replace_section

__all__ = ["main"]

_HERE = Path(__file__).parent
_TEST = 0.1
# Lags 0 to 2, for methods with lags. PCMCI+ does not finish in 25 minutes and is not run.
_SEARCHES = {"pcmci": {"lags": 2}, "calltif": {"lags": 2}, "direct_lingam": {}}


def main() -> None:
    """Run every method on the sample, and print or write the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.methods", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--peers", action="store_true", help="run the methods of other libraries")
    options = parser.parse_args()
    missing = sorted(set(_SEARCHES) - set(available_peers()))
    if options.peers and missing:
        parser.error(f"{', '.join(missing)} need the extra: pip install 'attnconn[peers]'")
    rows = _peer_rows() if options.peers else _rows()
    lines = []
    for row in rows:
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)
    if options.write:
        section = "peers" if options.peers else "methods"
        replace_section(_HERE / "README.md", section, "\n".join(lines))


def _rows() -> Iterator[list[str]]:
    """Yield rows: CPU time on one session's training frames, and agreement and ICC on all."""
    yield [
        "method",
        "CPU time, s",
        "r of test and retest",
        "r of different subjects",
        "ICC of edges",
    ]
    yield ["---"] * 5
    source = HcpSample(_HERE.parent / ".sample")
    pairs = Cohort(tuple(source.sessions())).pairs()
    scans = (each for pair in pairs for each in pair)
    series = {each.key: split(source.load(each), _TEST)[0] for each in scans}
    pools = np.zeros(len(pairs), dtype=np.int64)
    for name in READY:
        method = METHODS[name]
        estimator = method.make()
        training = series[pairs[0][0].key]
        estimator.estimate(training)  # imports on first use are not timed
        began = time.process_time()
        estimator.estimate(training)
        seconds = time.process_time() - began
        ratings = _ratings(estimator, pairs, series, method.directed)
        own, others = subject_agreement(ratings, pools)
        icc = edgewise_reliability(ratings, pools=pools).mean
        numbers = [f"{own.mean():.3f}", f"{others.mean():.3f}"]
        interval = f"{icc[0]:.2f} ({icc[1]:.2f} to {icc[2]:.2f})"
        yield [method.label, f"{seconds:.3f}", *numbers, interval]


def _ratings(
    estimator: Estimator,
    pairs: tuple[tuple[Session, Session], ...],
    series: dict[str, TimeSeries],
    directed: bool,
) -> np.ndarray:
    read = [[estimator.estimate(series[each.key]).values for each in pair] for pair in pairs]
    mask = edge_mask(len(read[0][0]), directed)
    return np.array([[matrix[mask] for matrix in pair] for pair in read])


def _peer_rows() -> Iterator[list[str]]:
    yield ["method", "settings", "seconds", "peak memory", "links"]
    yield ["---"] * 5
    print("Each method takes minutes.", file=sys.stderr)
    for name, settings in _SEARCHES.items():
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            seconds, peak, links = alone.submit(_one_peer, name).result()
        told = ", ".join(f"{key} = {value}" for key, value in settings.items()) or "–"
        yield [PEERS[name].label, told, f"{seconds:.0f}", f"{peak / 2**20:.0f} MiB", links]


def _one_peer(name: str) -> tuple[float, int, str]:
    """Run a method of another library on the sample's first session, and count its links."""
    source = HcpSample(_HERE.parent / ".sample")
    training, _ = split(source.load(source.sessions()[0]), _TEST)
    seconds, found = once(lambda: PEERS[name].estimator(**_SEARCHES[name]).estimate(training))
    pairs = training.n_regions * (training.n_regions - 1)
    return seconds, peak_bytes(), f"{found.metrics['edges'] * pairs:.0f} of {pairs:,} pairs"


if __name__ == "__main__":
    main()
