"""``python -m benchmarks.platform``: measure the platform with a study of 1,100 sessions.

It uses scan files on disk, the servers and the daemon as `attnconn dev` starts them, and a
browser, all in a folder that is removed afterwards. It takes about an hour.
"""

import argparse
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Error as BrowserError

from benchmarks.pages import browser, chromium, opened_page
from benchmarks.served import STUDY, Place, Servers, awaited, post, served
from benchmarks.table import replace_section

__all__ = ["Finding", "main", "table"]

_REGIONS, _FRAMES = 100, 1200
# Assets launched together are made by the same runs, as when a user selects several assets.
_LAUNCHED = (("time_series", "quality"), ("pearson",))
_SINGLE = 6  # number of runs of one session
_LIMITS = {"tracked": 0.120, "silent": 0.060}  # seconds
_NAMES = {"tracked": "with MLflow", "silent": "without MLflow"}


@dataclass(frozen=True)
class Finding:
    """A row of the table; `short` is the amount by which a target is missed."""

    what: str
    measured: str
    asked: str = ""
    short: str = ""

    def __post_init__(self) -> None:
        # Printed at once, so that a later failure loses no measurement.
        _say(f"{self.what}: {self.measured}")

    def line(self) -> str:
        """Return the row in Markdown."""
        verdict = self.short or ("✓" if self.asked else "")
        return f"| {self.what} | {self.measured} | {self.asked} | {verdict} |"


def _write_scans(folder: Path, sessions: Sequence[str]) -> None:
    """Write scans; the two sessions of a subject share the subject's own connectivity."""
    folder.mkdir(exist_ok=True)
    for number, key in enumerate(sessions):
        own = np.random.default_rng(int(key[4:8]))
        mixing = np.eye(_REGIONS) + 0.1 * own.normal(size=(_REGIONS, _REGIONS))
        noise = np.random.default_rng([number, 1])
        values = noise.normal(size=(_FRAMES, _REGIONS)) @ mixing
        np.save(folder / f"{key}.npy", (1e4 + 100 * values).astype(np.float32))


def _dagster_pages(servers: Servers, first: str, run: str, log: int) -> list[Finding]:
    """Open the three pages that are slow in a large study, and time their slowest query."""
    held = f"{servers.stats('pearson')['numPartitions']:,} sessions, {log:,} materialisations"
    with browser() as page:
        pages = {
            "asset graph": ("asset-groups", page.get_by_text("connectivity")),
            "partitions of pearson": (
                f"assets/{STUDY}/pearson?view=partitions",
                page.locator(f"[data-tooltip='{first}']"),
            ),
            "list of runs": ("runs", page.get_by_text(run[:8])),
        }
        findings = []
        for name, (path, shown) in pages.items():
            _say(f"opening the {name}")
            address = f"{servers.dagster}/{path}"
            opened = opened_page(page, partial(page.goto, address), shown, "/graphql")
            content = f"content shown after {opened.seconds:.1f} s"
            told = f"{opened.slowest:.2f} s ({opened.query}); {content}"
            what = f"Dagster: {name}, slowest query ({held})"
            findings.append(_at_most(what, told, opened.slowest, 2.0, "per query"))
    return findings


def _mlflow_search(servers: Servers) -> tuple[Finding, str, int]:
    """Search all runs of an experiment over REST.

    Returns
    -------
    The finding, the experiment's id, and its number of runs.
    """
    address = f"{servers.mlflow}/api/2.0/mlflow"
    name = f"{address}/experiments/get-by-name?experiment_name=connectivity"
    with urllib.request.urlopen(name, timeout=60) as reply:  # noqa: S310
        experiment = json.loads(reply.read())["experiment"]["experiment_id"]
    began, runs, token, calls = time.monotonic(), 0, None, 0
    while token or not calls:
        asked = {"experiment_ids": [experiment], "max_results": 1100, "page_token": token}
        answer = post(f"{address}/runs/search", asked)
        runs, token, calls = runs + len(answer["runs"]), answer.get("next_page_token"), calls + 1
    seconds = time.monotonic() - began
    searched = min(runs, 1100)
    share = seconds * searched / max(runs, 1)
    told = f"{share:.2f} s (all {runs:,} in {calls} calls: {seconds:.2f} s)"
    finding = _at_most(f"MLflow: REST search of {searched:,} runs", told, share, 3.0)
    return finding, experiment, runs


def _mlflow_pages(servers: Servers) -> list[Finding]:
    """Search runs over REST, and open their page on a first visit and by a click."""
    searched, experiment, runs = _mlflow_search(servers)
    listed = f"{servers.mlflow}/#/experiments/{experiment}/runs"
    with browser() as page:
        _say("opening MLflow's list of runs")
        row = page.get_by_role("link", name=re.compile(r"^pearson sub-"))
        first = opened_page(page, partial(page.goto, listed), row, "/mlflow/")
        link = page.get_by_role("link", name="fingerprint", exact=True)
        experiments = f"{servers.mlflow}/#/experiments"
        opened_page(page, partial(page.goto, experiments), link, "/mlflow/")
        # Only the part after # differs, so the loaded page stays, as after a click.
        clicked = opened_page(page, partial(page.goto, listed), row, "/mlflow/")
    told = (
        f"{clicked.seconds:.2f} s from the list of experiments (slowest query "
        f"{clicked.slowest:.2f} s, {clicked.query}); {first.seconds:.2f} s on a first visit"
    )
    what = f"MLflow: time until the table of {runs:,} runs shows rows"
    return [searched, _at_most(what, told, clicked.seconds, 3.0)]


def _at_most(what: str, told: str, seconds: float, limit: float, of: str = "") -> Finding:
    short = "" if seconds < limit else f"{seconds - limit:.2g} s too long"
    return Finding(what, told, f"< {limit:g} s {of}".strip(), short)


@dataclass
class Carried:
    """Results of the part with servers that later parts need."""

    findings: list[Finding]
    backfill: float = 0.0
    single: float = 0.0


def _through_the_daemon(
    servers: Servers, sessions: Sequence[str], scans: Path, carried: Carried
) -> str:
    """Time everything from new scans to the fingerprint, then runs of one session.

    Returns
    -------
    The id of the last run.
    """
    n = len(sessions)
    _say(f"writing {n - 2} more scans")
    _write_scans(scans, sessions)
    began = time.monotonic()
    known = lambda: servers.stats("pearson")["numPartitions"] >= n  # noqa: E731
    awaited("the discovery of every session", known, 900)
    found = time.monotonic() - began
    lines = [Finding(f"time until the sensor has added {n:,} new scans", _minutes(found))]
    for assets in _LAUNCHED:
        taken = servers.backfill(assets, sessions)
        told = f"{_minutes(taken)} ({taken / n:.3f} s per session)"
        what = f"backfill of {' and '.join(assets)} through the daemon, chunks of 25"
        lines.append(Finding(what, told))
        carried.backfill = taken / n
    started = time.monotonic()
    servers.wait_for(servers.launch("fingerprint"))
    lines.append(Finding("fingerprint, in one Dagster run", _minutes(time.monotonic() - started)))
    whole = time.monotonic() - began
    lines.append(Finding("total time from the new scans to the fingerprint", _minutes(whole)))
    started = time.monotonic()
    runs = [servers.launch("pearson", key) for key in sessions[:_SINGLE]]
    for run in runs:
        servers.wait_for(run)
    carried.single = (time.monotonic() - started) / len(runs)
    _say(f"a run per session: {carried.single:.1f} s each")
    carried.findings += lines
    return runs[-1]


def _served_part(place: Place, sessions: Sequence[str], scans: Path, events: int) -> Carried:
    """Measure everything that needs the servers."""
    carried = Carried([])
    # `attnconn dev` adds the scans that exist when it starts; the sensor adds the rest.
    _write_scans(scans, sessions[:2])
    _say("starting the servers")
    with served(place) as servers:
        run = _through_the_daemon(servers, sessions, scans, carried)
        missing = events - place.materialisations()
        if missing > 0:
            _say(f"reporting {missing} more materialisations")
            place.chunks("fill", str(missing))
        log = place.materialisations()
        carried.findings += _dagster_pages(servers, sessions[0], run, log)
        carried.findings += _mlflow_pages(servers)
        _say("ending the servers")
    return carried


def _in_process(folder: Path, scans: Path) -> tuple[list[Finding], float]:
    """Measure what needs no servers: overhead with and without MLflow, and memory.

    Returns
    -------
    The findings, and the seconds of computation that one session's Pearson takes.
    """
    found = {}
    for how in ("tracked", "silent"):
        _say(f"overhead of a session, {how}")
        found[how] = Place.laid_out(folder / how, scans).chunks("overhead", how)
    findings = []
    for asset in ("time_series", "pearson"):
        for how, limit in _LIMITS.items():
            compute = found[how][asset]["compute"]
            beyond = found[how][asset]["step"] - compute
            told = f"{1000 * beyond:.0f} ms (computation: {1000 * compute:.0f} ms)"
            what = f"overhead per session, {asset}, chunks of 25, {_NAMES[how]}"
            short = "" if beyond <= limit else f"{1000 * (beyond - limit):.0f} ms too long"
            findings.append(Finding(what, told, f"≤ {1000 * limit:.0f} ms", short))
    memory = [_memory(folder, scans, asset) for asset in ("time_series", "pearson")]
    return [*findings, *memory], found["tracked"]["pearson"]["compute"]


def _ratio(carried: Carried, compute: float) -> Finding:
    single, chunked = carried.single - compute, carried.backfill - compute
    ratio = single / chunked
    return Finding(
        "overhead per session with one run per session, divided by that with chunks of 25 "
        "(pearson, daemon)",
        f"{ratio:.1f} × ({single:.2f} → {chunked:.3f} s per session)",
        "≥ 20 ×",
        "" if ratio >= 20 else f"{20 - ratio:.1f} × too little",
    )


def _memory(folder: Path, scans: Path, asset: str) -> Finding:
    """Measure the peak memory of two processes, which make a small and a large chunk."""
    peaks = []
    for chunk in (25, 100):
        _say(f"memory of a chunk of {chunk}, {asset}")
        place = Place.laid_out(folder / f"{asset}-{chunk}", scans, chunk)
        if asset != "time_series":
            place.chunks("memory", "time_series")
        peaks.append(place.chunks("memory", asset))
    sizes = " → ".join(str(peak["sessions"]) for peak in peaks)
    held = " → ".join(f"{peak['bytes'] / 1e6:,.0f}" for peak in peaks)
    what = f"peak memory of a process that makes a chunk of {sizes} sessions, {asset}"
    return Finding(what, f"{held} MB")


def table(findings: Sequence[Finding], sessions: int) -> str:
    """Return the section of the page."""
    machine = f"{os.cpu_count()} cores"
    return "\n".join(
        [
            f"Measured with {sessions:,} sessions of {_REGIONS} regions × {_FRAMES:,} frames, "
            f"{machine}.",
            "",
            "| measurement | result | target | met |",
            "| --- | --- | --- | --- |",
            *(finding.line() for finding in findings),
        ]
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _say(message: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {message}", file=sys.stderr, flush=True)


def _measured(folder: Path, n_sessions: int, events: int) -> str:
    scans = folder / "scans"
    sessions = [
        f"sub-{subject:04d}_ses-{session}"
        for subject in range(1, n_sessions // 2 + 1)
        for session in ("test", "retest")
    ]
    if not events:
        _write_scans(scans, sessions)
        return table(_in_process(folder, scans)[0], len(sessions))
    place = Place.laid_out(folder / "large", scans)
    carried = _served_part(place, sessions, scans, events)
    alone, compute = _in_process(folder, scans)
    ratio = _ratio(carried, compute)
    return table([*carried.findings, ratio, *alone], len(sessions))


def main() -> int:
    """Run a large study on the platform, and print or write the measurements."""
    parser = argparse.ArgumentParser(prog="benchmarks.platform", description=main.__doc__)
    parser.add_argument(
        "--sessions", type=int, default=1100, help="number of sessions, even (default: 1100)"
    )
    parser.add_argument(
        "--materialisations",
        type=int,
        default=10_000,
        help="fill Dagster's log up to this number; 0: skip everything that needs servers",
    )
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--folder", type=Path, help="an empty folder to work in; it is kept")
    options = parser.parse_args()
    if options.sessions % 2 or not 8 <= options.sessions < 20_000:
        parser.error(f"--sessions must be even, from 8 to 19998; got {options.sessions}")
    if options.folder and options.folder.exists() and any(options.folder.iterdir()):
        parser.error(f"--folder must be empty; {options.folder} isn't")
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="attnconn-"))).resolve()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        chromium()
        measured = _measured(folder, options.sessions, options.materialisations)
    except (
        RuntimeError,
        OSError,
        subprocess.SubprocessError,
        sqlite3.Error,
        BrowserError,
    ) as error:
        print(f"benchmarks.platform: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("benchmarks.platform: interrupted", file=sys.stderr)
        return 130
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    print(measured)
    if options.write:
        replace_section(Path(__file__).parent / "README.md", "platform", measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
