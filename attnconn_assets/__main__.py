"""The command line: ``attnconn run``, ``seed``, ``dev`` and ``trace``."""

import argparse
import os
import sys
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.assets.report.headline_table import headline_text
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.building.likeness import unlike_others
from attnconn_assets.building.partitions import add_sessions
from attnconn_assets.instance.home import ensure_home, open_instance
from attnconn_assets.instance.run_locks import end_orphans
from attnconn_assets.operation import servers
from attnconn_assets.operation.runner import Outcome, Step, materialise_stale
from attnconn_assets.storage import trace
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_table
from attnconn_assets.storage.suspicions import suspicions_of
from attnconn_assets.study.study import Study, load_study, selected_study
from attnconn_core.errors import AttnconnError
from attnconn_core.records import Session
from attnconn_core.sources import DESIGN_LABELS, fetches

__all__ = ["main"]

_STILL = 60  # seconds after which nobody is taken to be writing to a file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="attnconn", description=__doc__)
    parser.add_argument(
        "--study", type=Path, default=selected_study(), help="study file (default: %(default)s)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="make what is missing or out of date, and show the scores")
    commands.add_parser("seed", help="add the study's sessions to Dagster as partitions")
    dev = commands.add_parser("dev", help="open Dagster and MLflow side by side")
    dev.add_argument("--dagster-port", type=int, default=3000)
    dev.add_argument("--mlflow-port", type=int, help="default: that of the study's tracking_page")
    tracing = commands.add_parser(
        "trace", help="walk from a result to the scans behind it, or from a scan to its results"
    )
    tracing.add_argument(
        "what",
        help="an asset (fingerprint), one partition of it (pearson/sub-100307_ses-test), a run of "
        "MLflow, or a file of yours or its SHA-256",
    )
    options = parser.parse_args(arguments)
    ensure_home()
    try:
        study = load_study(options.study)
        if options.command == "dev":
            _seed_what_is_there(study)
            port = urllib.parse.urlsplit(study.tracking_page).port or 5000
            chosen = options.mlflow_port or port
            if chosen != port:
                print(
                    f"Links in Dagster lead to {study.tracking_page}; "
                    f"`tracking_page` in the study says where MLflow is"
                )
            return servers.serve(options.study, study.tracking_folder, options.dagster_port, chosen)
        if options.command == "trace":
            return _trace(study, options.what)
        return _run(study) if options.command == "run" else _seed(study)
    except AttnconnError as error:
        print(f"attnconn: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nattnconn: interrupted; what was done is kept", file=sys.stderr)
        return 130


def _seed(study: Study) -> int:
    with open_instance() as instance:
        end_orphans(instance)
        listing = study.make_source().listing()
        new = add_sessions(study, instance, listing.sessions)
    print(f"{study.name}: {len(new)} new sessions")
    _complain("isn't a session:", {name: str(why) for name, why in listing.refused.items()})
    return 0


def _seed_what_is_there(study: Study) -> None:
    """Add the sessions whose scans have lain still for a while; the sensor finds the others."""
    with open_instance() as instance:
        end_orphans(instance)
        try:
            listing = study.make_source().listing()
        except AttnconnError as error:  # a study whose scans are still to come
            print(f"attnconn: {error}", file=sys.stderr)
            return
        add_sessions(study, instance, tuple(filter(_lies_still, listing.sessions)))


def _lies_still(session: Session) -> bool:
    now = time.time()
    return all(path.exists() and now - path.stat().st_mtime > _STILL for path in session.files)


def _trace(study: Study, what: str) -> int:
    store = store_of(study)
    for line in trace.told(store, tracking_of(study).result_of(what) or what):
        print(line)
    return 0


def _complain(what: str, reasons: Mapping[str, str]) -> None:
    for name, why in reasons.items():
        print(f"  {name} {what} {why}" if what else f"  {name}: {why}", file=sys.stderr)


def _run(study: Study) -> int:
    source = study.make_source()
    print(f"Study {study.name}: {study.title}")
    if source.notice:
        print(source.notice)
    if fetches(source):
        print(f"Data: {source.fetch()}")
    started = time.monotonic()
    with open_instance() as instance, Progress() as progress:
        outcome = materialise_stale(study, instance, progress)
    _conclude(study, outcome, time.monotonic() - started)
    return 1 if outcome.failed or outcome.waiting else 0


class Progress:
    """A bar an asset."""

    def __enter__(self) -> "Progress":
        self._bar: tqdm | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def step(self, step: Step) -> None:
        """Start the bar of the next asset."""
        self._close()
        if step.to_make == 0:
            print(f"{step.asset:28} up to date ({step.standing})")
            return
        self._bar = tqdm(
            total=step.to_make,
            desc=f"{step.asset:28}",
            bar_format="{desc} {bar:24} {n_fmt}/{total_fmt} [{elapsed}{postfix}]",
            file=sys.stdout,
        )

    def made(self) -> None:
        """Move on by one partition."""
        if self._bar is not None:
            self._bar.update()

    def said(self, message: str) -> None:
        """Show what an asset says of itself behind its bar."""
        if self._bar is not None:
            self._bar.set_postfix_str(message[:60])

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _conclude(study: Study, outcome: Outcome, seconds: float) -> None:
    print(
        f"\n{outcome.made} partitions made, {outcome.standing} up to date, "
        f"{len(outcome.failed)} failed, in {seconds:.0f} s"
    )
    _complain("", outcome.failed)
    for line in outcome.waits():
        print(f"  {line}", file=sys.stderr)
    _complain("isn't a session:", outcome.refused)
    store = store_of(study)
    _complain("is left out:", unlike_others(store, store.partitions("time_series")))
    _complain("is suspicious:", suspicions_of(store, store.partitions("quality")))
    entry = store.find("report", WHOLE)
    if entry is None:
        return
    if "report of all" in outcome.waiting or "report of all" in outcome.failed:
        print("\nThe scores below are those of the last report that could be made.")
    if "cells.parquet" not in entry.files:
        print("\nThe last report was made by an older version, whose table can't be shown here.")
        return
    rows, cells = (
        read_table(store.path(entry, f"{name}.parquet")) for name in ("headline", "cells")
    )
    print(f"\nScores ({DESIGN_LABELS[study.make_source().design]})\n")
    warned = rows[rows["warning"] != ""]
    print(headline_text(rows, cells))
    if cells["best"].any():
        print("\n* better than every other method, tested and corrected for their number")
    print("", *entry.facts["words"], sep="\n")
    for label, warning in zip(warned["label"], warned["warning"], strict=True):
        print(f"\n{label}: {warning}")
    print(f"\nReport   {report_path(study)}")
    print("Browse   make dev      Dagster http://127.0.0.1:3000  MLflow http://127.0.0.1:5000")


if __name__ == "__main__":
    sys.exit(main())
