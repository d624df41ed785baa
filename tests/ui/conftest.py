"""Dagster and MLflow as `make dev` starts them, on ports of their own, for one small study."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from playwright.sync_api import Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
OUTPUT = REPOSITORY / ".test-output"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
STUDY = Path("studies", "small.yaml")
SMALL = {"input_window": 3, "hidden_dim": 4, "input_layers": 1, "prediction_layers": 1}


@dataclass(frozen=True)
class Servers:
    """The pages of a running platform."""

    dagster: str
    mlflow: str
    folder: Path
    process: int

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask Dagster; fail on any error it answers with."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310  (loopback, our own server)
            f"{self.dagster}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            answer = json.loads(reply.read())
        assert "errors" not in answer, answer
        return answer["data"]

    @property
    def log(self) -> str:
        """What they have printed."""
        return (self.folder / "servers.log").read_text()

    def wait(self, done: Callable[[], bool], seconds: float) -> float:
        """Wait until something is done; return how many seconds that took."""
        began = time.monotonic()
        while not done():
            assert time.monotonic() - began < seconds, self.log[-3000:]
            time.sleep(0.5)
        return time.monotonic() - began

    def ready(self) -> bool:
        """Whether both answer and Dagster has loaded the study."""
        try:
            urllib.request.urlopen(f"{self.mlflow}/health", timeout=5)  # noqa: S310
            nodes = self.graphql("{ assetNodes { id } }")["assetNodes"]
        except (OSError, urllib.error.URLError):
            return False
        return len(nodes) > 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_scans(folder: Path) -> None:
    """Write test and retest of four subjects, each with a mixing of its own."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for subject in range(1, 5):
        mixing = np.eye(8) + 0.3 * rng.normal(size=(8, 8))
        for session in ("test", "retest"):
            scan = rng.normal(size=(120, 8)) @ mixing
            file = folder / f"sub-{subject:03d}_ses-{session}.npy"
            np.save(file, scan.astype(np.float32))
            # Long done: a file that has just changed may still be being written.
            os.utime(file, (1e9, 1e9))


def write_small_study(folder: Path) -> Path:
    for name in ("studies", "experiments", ".dagster"):
        (folder / name).mkdir()
    shutil.copy(REPOSITORY / "dagster.yaml", folder / ".dagster" / "dagster.yaml")
    configuration = {"model": SMALL, "training": {"epochs": 2, "batch_size": 64}}
    (folder / "experiments" / "small.yaml").write_text(
        yaml.safe_dump({"group": {"base": configuration}, "subject": configuration})
    )
    write_scans(folder / "scans")
    people = [("001", 1.0), ("002", 3.0), ("003", 2.0), ("004", 5.0)]
    pd.DataFrame(people, columns=["Subject", "Score"]).to_csv(folder / "people.csv", index=False)
    study = folder / STUDY
    content = {
        "name": "small",
        "title": "Four subjects, two scans each",
        "source": "arrays",
        "root": "../scans",
        "repetition_time": 1.0,
        "phenotypes": "../people.csv",
        "experiments": ["../experiments/small.yaml"],
        "cross_fit_folds": 2,
        "granger": {"lags": 2, "alpha": 1.0},
        "fingerprint": {"permutations": 20},
        "behaviour": {"folds": 3, "targets": ["Score"]},
    }
    study.write_text(yaml.safe_dump(content))
    return study


def as_in_the_background() -> None:
    """Set signals as a shell leaves them for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where nohup runs the tests


def begin(folder: Path, ports: tuple[int, int]) -> "subprocess.Popen[bytes]":
    """Start `attnconn dev` over the small study of a folder; it prints into servers.log there."""
    with (folder / "servers.log").open("ab") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "attnconn_assets", "--study", folder / STUDY, "dev"),
                *("--dagster-port", str(ports[0]), "--mlflow-port", str(ports[1])),
            ],
            env={**os.environ, "DAGSTER_HOME": str(folder / ".dagster")},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=as_in_the_background,
        )


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """`attnconn dev` over a small study, ended as Ctrl-C ends it."""
    folder = tmp_path_factory.mktemp("platform")
    write_small_study(folder)
    ports = free_port(), free_port()
    process = begin(folder, ports)
    pages = (f"http://127.0.0.1:{port}" for port in ports)
    running = Servers(*pages, folder, process.pid)
    try:
        assert not running.ready()
        first = f"Dagster {running.dagster}/asset-groups   MLflow {running.mlflow}/#/experiments"
        said = f"{first}   ready\nCtrl-C ends both.\n"
        running.wait(lambda: process.poll() is not None or said in running.log, 180)
        assert process.poll() is None, running.log[-3000:]
        assert running.log.startswith("Dagster and MLflow are starting (up to a minute) …\n")
        assert running.ready()
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=60)
    assert status == 0, running.log[-3000:]
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, "a server outlived Ctrl-C"


@pytest.fixture(scope="module")
def made(servers: Servers) -> None:
    """The whole line of the small study, made by the command in the servers' own instance."""
    study = servers.folder / "studies" / "small.yaml"
    ended = subprocess.run(
        [sys.executable, "-m", "attnconn_assets", "--study", str(study), "run"],
        env={**os.environ, "DAGSTER_HOME": str(servers.folder / ".dagster")},
        check=True,
        capture_output=True,
        text=True,
    )
    # It names this study, and not the one that `dev` alone would open.
    assert f" --study {study} dev  (Dagster http" in ended.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser.new_page(viewport={"width": 1600, "height": 1000})
        browser.close()


@pytest.fixture(scope="module")
def shot(page: Page) -> Callable[[str], None]:
    """Keep a picture of the page as it is now, for a person to look at."""
    OUTPUT.mkdir(exist_ok=True)

    def keep(name: str) -> None:
        page.screenshot(path=OUTPUT / f"{name}.png", animations="disabled")

    return keep
