"""Studies of one asset, and processes of the platform to be killed, starved and raced.

Importing Dagster, MLflow and torch, and deriving the versions of the code, takes longer than any
of the studies. One process does it and forks the others, each with a process group, a
DAGSTER_HOME and output files of its own.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = {"input_window": 3, "hidden_dim": 4, "input_layers": 1, "prediction_layers": 1}
PATIENCE = 120.0  # seconds that anything may take on a busy machine

# Reads an order a line and answers a line. What it forks leaves the loop and runs `attnconn`
# on the first asset alone: the others would make every fault wait a minute for nothing.
LAUNCHER = """
import json, os, pathlib, signal, sys, time
import mlflow.store.model_registry.sqlalchemy_store, mlflow.store.tracking.sqlalchemy_store
from attnconn_assets import __main__ as command, commands
from attnconn_assets.assets import catalogue
from attnconn_assets.operation import runner
from attnconn_assets.study.study import load_study
from attnconn_assets.tracking.tracking import Tracking

# Where a process that is told to die at a step of writing does so: at the first call that
# replaces the manifest, a file of the entry, or follows on the manifest's.
def die_at(step):
    replace = os.replace

    def dying(source, target):
        is_manifest = str(target).endswith(".json") and ".writing-" in str(source)
        is_file = not is_manifest and ".writing-" in str(source)
        if step == "drawn up" and is_file or step == "files moved" and is_manifest:
            os.kill(0, signal.SIGKILL)
        replace(source, target)
        if step == "published" and is_manifest:
            os.kill(0, signal.SIGKILL)

    os.replace = dying
    if step == "writing":
        from attnconn_assets.storage import store
        store.named = lambda *_: os.kill(0, signal.SIGKILL)

# Code of another version: that of the asset's own module, as if a line of it were another.
def change_code():
    from attnconn_assets.storage import recipe
    syntax = recipe._syntax
    recipe._syntax = lambda name: syntax(name) + ("+" if name.endswith("time_series") else "")
    recipe.code_version.cache_clear()

# Waits after a scan was read and before it is looked at again, for the first scan named so.
def pause_when_reading(name, folder):
    from attnconn_core.sources.arrays import ArrayFolder
    load = ArrayFolder.load

    def waiting(source, session):
        series = load(source, session)
        if session.key == name:
            (folder / "reading").touch()
            while not (folder / "go on").exists():
                time.sleep(0.01)
        return series

    ArrayFolder.load = waiting

catalogue.assets(load_study("studies/simulated.yaml"))  # imports what they need, hashes the code
whole = runner.specs
runner.specs = lambda study: [spec for spec in whole(study) if spec.name == "time_series"]
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if "pid" in order:
        pid, status = os.waitpid(order["pid"], os.WNOHANG)
        print(json.dumps(os.waitstatus_to_exitcode(status) if pid else None), flush=True)
        continue
    pid = os.fork()
    os.setpgid(pid, pid)  # by both, for either may be the first to need it
    if pid:
        print(pid, flush=True)
        continue
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(order["out"], writing), 1)
    os.dup2(os.open(order["err"], writing), 2)
    os.environ["DAGSTER_HOME"] = order["home"]
    if order["die_at"]:
        die_at(order["die_at"])
    if order["new_code"]:
        change_code()
    if order["pause_at"]:
        pause_when_reading(order["pause_at"], pathlib.Path(order["out"]).parent)
    status = command.main(["--study", order["study"], *order["command"].split()])
    if order["open_tracking"]:
        folder = load_study(order["study"]).tracking_folder
        Tracking(folder=str(folder)).client().search_experiments()
    sys.exit(status)
"""


@dataclass
class Launcher:
    """The process that forks the others."""

    process: "subprocess.Popen[str]"
    started: list["Attnconn"] = field(default_factory=list)

    def ask(self, **order: Any) -> Any:
        """Give an order; return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@dataclass
class Attnconn:
    """One process of ``attnconn``, in a process group of its own."""

    launcher: Launcher
    pid: int
    out: Path
    err: Path
    status: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, minus the signal's number if one ended it; None while it runs."""
        if self.status is None:
            self.status = self.launcher.ask(pid=self.pid)
        return self.status

    def signal(self, number: int) -> None:
        """Send a signal to the whole group."""
        os.killpg(self.pid, number)

    def wait(self) -> "Attnconn":
        """Wait until it has ended."""
        wait_until(lambda: self.poll() is not None, f"the end of {self.out.name}")
        return self

    def stop_when(self, moment: Callable[[], bool], number: int) -> bool:
        """Send a signal at a moment, and wait for the end; False if it ended before."""
        wait_until(lambda: self.poll() is not None or moment(), "the moment", pause=0.002)
        if self.status is not None:
            return False
        self.signal(number)
        self.wait()
        return True

    def _stop_at(self, moment: Callable[[], bool], what: str) -> bool:
        """Stop it at a moment that is looked for while it stands; False if it ended before."""

        def there() -> bool:
            if self.poll() is not None:
                return True
            self.signal(signal.SIGSTOP)
            if moment():
                return True
            self.signal(signal.SIGCONT)
            return False

        wait_until(there, what, pause=0.002)
        return self.status is None

    def meanwhile(self, moment: Callable[[], bool], act: Callable[[], object]) -> bool:
        """Do something at a moment, while it is stopped, and wait for its end."""
        if not self._stop_at(moment, "the moment"):
            return False
        act()
        self.signal(signal.SIGCONT)
        self.wait()
        return True

    def kill_when(self, moment: Callable[[], bool]) -> bool:
        """Kill the group at a moment that is looked for while it is stopped.

        Returns False if it ended before.
        """
        if not self._stop_at(moment, "the moment to kill"):
            return False
        self.signal(signal.SIGKILL)
        self.wait()
        assert self.status == -signal.SIGKILL
        return True

    @property
    def counts(self) -> tuple[int, int, int]:
        """Partitions made, up to date and failed, as the last line but the failures says."""
        told = re.search(
            r"(\d+) partitions made, (\d+) up to date, (\d+) failed", self.out.read_text()
        )
        assert told is not None, self.told
        made, standing, failed = (int(number) for number in told.groups())
        return made, standing, failed

    def failure(self, partition: str) -> str:
        """What it said at its end of one partition that failed, alone or with others."""
        asset, _, key = partition.partition(" of ")
        alike = rf"^  {re.escape(asset)} of [^:]*{re.escape(key)}[^:]* failed: .*$"
        told = re.findall(alike, self.err.read_text(), re.MULTILINE)
        assert len(told) == 1, self.told
        return told[0]

    @property
    def told(self) -> str:
        """Everything it said."""
        return f"{self.out.read_text()}\n{self.err.read_text()}"


@dataclass
class Place:
    """A study, its store, its MLflow folder and its Dagster home."""

    launcher: Launcher
    folder: Path
    study: Path
    sessions: frozenset[str]

    def start(
        self,
        command: str = "run",
        open_tracking: bool = False,
        die_at: str = "",
        new_code: bool = False,
        pause_at: str = "",
    ) -> Attnconn:
        """Start one process of ``attnconn``.

        It may be told to die at a step of writing, to have newer code, or to wait after it has
        read the scan of a session.
        """
        number = len(self.launcher.started)
        name = command.split()[0]
        out, err = (self.folder / f"{name}-{number}.{end}" for end in ("out", "err"))
        pid = self.launcher.ask(
            study=str(self.study),
            command=command,
            home=str(self.home),
            out=str(out),
            err=str(err),
            open_tracking=open_tracking,
            die_at=die_at,
            new_code=new_code,
            pause_at=pause_at,
        )
        started = Attnconn(self.launcher, pid, out, err)
        self.launcher.started.append(started)
        return started

    def run(self) -> Attnconn:
        """Run ``attnconn run`` to its end."""
        return self.start().wait()

    @property
    def home(self) -> Path:
        """DAGSTER_HOME."""
        return self.folder / ".dagster"

    @property
    def store(self) -> Path:
        """The folder of the only asset that is made."""
        return Path(yaml.safe_load(self.study.read_text())["store"]) / "time_series"

    @property
    def database(self) -> Path:
        """MLflow's database."""
        return self.folder / "mlruns" / "mlflow.db"

    def stored(self) -> set[str]:
        """The partitions that have a manifest."""
        return {path.stem for path in self.store.glob("*.json")}

    def damage(self) -> list[str]:
        """Say what a reader of the store would stumble over, read without the platform's code."""
        found = []
        for manifest in sorted(self.store.glob("*.json")):
            try:
                files = json.loads(manifest.read_text())["files"].values()
            except (ValueError, KeyError) as error:
                found.append(f"{manifest.name}: {error!r}")
                continue
            for file in files:
                path = self.store / file["name"]
                if not path.is_file():
                    found.append(f"{manifest.name} names {path.name}, which isn't there")
                elif hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
                    found.append(f"{path.name} isn't what {manifest.name} says")
            if not files:
                found.append(f"{manifest.name} names no file")
        return found

    def strays(self) -> list[str]:
        """List the files in the store that no manifest names, and the folders left behind."""
        named = {".publishing"}
        for manifest in self.store.glob("*.json"):
            files = json.loads(manifest.read_text())["files"].values()
            named |= {manifest.name, *(file["name"] for file in files)}
        return sorted(path.name for path in self.store.iterdir() if path.name not in named)

    def recorded(self) -> set[str]:
        """The partitions that Dagster has a materialisation of."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            return instance.get_materialized_partitions(dg.AssetKey(["faulty", "time_series"]))

    def dagster_runs(self) -> set[str]:
        """The status of every run in Dagster."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            return {run.status.value for run in instance.get_runs()}

    def known(self) -> list[str]:
        """The partitions that Dagster knows."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            return list(instance.get_dynamic_partitions("faulty_sessions"))

    def tracked(self, patience: float = PATIENCE) -> list[str]:
        """The status of every run in MLflow."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=patience)) as connection:
            return [row[0] for row in connection.execute("select status from runs")]


def wait_until(there: Callable[[], bool], what: str, pause: float = 0.05) -> None:
    """Ask until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s in vain for {what}"
        time.sleep(pause)


@pytest.fixture
def until() -> Callable[[Callable[[], bool], str], None]:
    """Ask until something is so; fail when it takes too long."""
    return wait_until


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """The process that has imported everything."""
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER],
        cwd=REPOSITORY,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        launcher = Launcher(process)
        yield launcher
        for started in launcher.started:
            if started.poll() is None:
                started.signal(signal.SIGKILL)
                started.wait()
        assert process.stdin is not None
        process.stdin.close()


MakePlace = Callable[..., Place]


def write_place(launcher: Launcher, folder: Path, sessions: int = 6, **changes: object) -> Place:
    """Write a simulated study beside an empty Dagster home, with some keys changed."""
    for name in ("studies", "experiments", ".dagster"):
        (folder / name).mkdir()
    shutil.copy(REPOSITORY / "dagster.yaml", folder / ".dagster" / "dagster.yaml")
    configuration = {"model": MODEL, "training": {"epochs": 1}}
    (folder / "experiments" / "small.yaml").write_text(
        yaml.safe_dump({"group": {"base": configuration}, "subject": configuration})
    )
    content = {
        "name": "faulty",
        "title": "A study that things happen to",
        "source": "simulated",
        "n_subjects": sessions // 2,
        "n_regions": 3,
        "n_frames": 60,
        "experiments": ["../experiments/small.yaml"],
        "granger": {"lags": 1, "alpha": 1.0},
        "baseline_lags": 1,
        "store": str(folder / "store"),
        **changes,
    }
    study = folder / "studies" / "faulty.yaml"
    study.write_text(yaml.safe_dump({key: v for key, v in content.items() if v is not None}))
    keys = frozenset(
        f"sub-{subject:03}_ses-{session}"
        for subject in range(1, sessions // 2 + 1)
        for session in ("test", "retest")
    )
    return Place(launcher, folder, study, keys)


@pytest.fixture
def bare_place(launcher: Launcher, tmp_path: Path) -> MakePlace:
    """A study without any database yet."""
    return functools.partial(write_place, launcher, tmp_path)


@pytest.fixture(scope="session")
def opened(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database of MLflow: its migrations take longer than a study."""
    place = write_place(launcher, tmp_path_factory.mktemp("opened"))
    started = place.start("seed", open_tracking=True).wait()
    assert started.status == 0, started.told
    return place.folder / "mlruns"


@pytest.fixture
def make_place(bare_place: MakePlace, opened: Path) -> MakePlace:
    """A study whose MLflow database is there already."""

    def make(sessions: int = 6, **changes: object) -> Place:
        place = bare_place(sessions, **changes)
        shutil.copytree(opened, place.folder / "mlruns")
        return place

    return make


@pytest.fixture(scope="session")
def made_once(
    launcher: Launcher, opened: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Place, Path]:
    """A study that was made, and a copy of its folder as it was then."""
    place = write_place(launcher, tmp_path_factory.mktemp("made"))
    shutil.copytree(opened, place.folder / "mlruns")
    first = place.run()
    assert first.status == 0, first.told
    kept = tmp_path_factory.mktemp("kept") / "made"
    shutil.copytree(place.folder, kept)
    return place, kept


@pytest.fixture
def made(made_once: tuple[Place, Path]) -> Place:
    """A study that was made: whatever the test before did to it is undone."""
    place, kept = made_once
    shutil.rmtree(place.folder)
    shutil.copytree(kept, place.folder)
    return place
