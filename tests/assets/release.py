"""Write what a release leaves with its users: a small study, its whole line made, in one archive.

At a release, ``python -m tests.assets.release`` writes ``tests/data/version-<version>/``, which
later versions must open (`test_upgrade`). A folder that is there is never written again.
"""

import contextlib
import importlib.metadata
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from attnconn_assets.storage.databases import relocate

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "tests" / "data"
ARCHIVE, COUNTS = "made.tar.xz", "made.json"

# Where the study lies as far as the databases of an archive know; a path of no machine.
NOWHERE = "/attnconn-release"

MODEL = {
    "input_window": 3,
    "hidden_dim": 4,
    "input_layers": 1,
    "prediction_layers": 1,
    "bottleneck_dim": 2,
}
FORECASTER = {"model": MODEL, "training": {"epochs": 1, "batch_size": 64}}
EXPERIMENT = {"group": {"base": FORECASTER}, "subject": FORECASTER}
STUDY = {
    "name": "small",
    "title": "Four simulated subjects",
    "source": "simulated",
    "n_subjects": 4,
    "n_regions": 5,
    "n_frames": 120,
    "experiments": ["../experiments/small.yaml"],
    "cross_fit_folds": 2,
    "methods": ["pearson", "attention_group_base"],
    "scan_lengths": [60],
    "fingerprint": {"permutations": 20},
    "reliability": {"seeds": 1},
}

# Figures in full size would be most of an archive.
SMALL_FIGURES = """
import sys
from attnconn_assets.__main__ import main
from attnconn_core.figures import album, encode
encode.png.__defaults__ = (20,)
album._DPI = 20
sys.exit(main())
"""


def attnconn(
    folder: Path, *arguments: str, program: tuple[str, ...] = ("-m", "attnconn_assets")
) -> subprocess.CompletedProcess[str]:
    """Run a command of the platform on the study in a folder, with the folder's own databases."""
    given = {"DAGSTER_HOME": str(folder / ".dagster"), "PYTHONPATH": str(REPOSITORY)}
    study = folder / "studies" / "small.yaml"
    return subprocess.run(
        [sys.executable, *program, "--study", str(study), *arguments],
        env={**os.environ, **given},
        cwd=folder,  # MLflow notes it as the place of its default experiment
        capture_output=True,
        text=True,
    )


def databases(folder: Path) -> Iterator[Path]:
    """List the databases of Dagster and MLflow."""
    yield from sorted([*folder.glob(".dagster/**/*.db"), *folder.glob("mlruns/*.db")])


def move(folder: Path, before: str, after: str) -> None:
    """Write a path anew wherever a database holds it; nothing of the old one is left."""
    for path in databases(folder):
        with contextlib.closing(sqlite3.connect(path)) as database:
            relocate(database, [Path(before)], Path(after))
            database.commit()
            database.execute("pragma wal_checkpoint(truncate)")
            database.execute("vacuum")


def unpack(archive: Path, folder: Path) -> None:
    """Lay an archive out in a folder, as if the study had been made there."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    move(folder, NOWHERE, str(folder))


def counted(folder: Path) -> dict[str, int]:
    """Count what is there, without Dagster, MLflow or the platform."""

    def rows(place: str, table: str) -> int:
        with contextlib.closing(sqlite3.connect(folder / place)) as database:
            (count,) = database.execute(f"select count(*) from {table}").fetchone()  # noqa: S608
        return count

    return {
        "partitions": sum("sealed" in path.read_text() for path in folder.glob("store/*/*/*.json")),
        "dagster_runs": rows(".dagster/history/runs.db", "runs"),
        "mlflow_runs": rows("mlruns/mlflow.db", "runs"),
    }


def make(folder: Path) -> dict[str, object]:
    """Make the whole line of the study in a folder; return what is there, and made by what."""
    for kind, content in (("studies", STUDY), ("experiments", EXPERIMENT)):
        (folder / kind).mkdir()
        (folder / kind / "small.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    done = attnconn(folder, "run", program=("-c", SMALL_FIGURES))
    if done.returncode:
        sys.exit(done.stderr)
    versions = {
        name: importlib.metadata.version(name) for name in ("attnconn", "dagster", "mlflow")
    }
    move(folder, str(folder), NOWHERE)
    for path in folder.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            for private in (str(folder), str(REPOSITORY), sys.prefix):
                assert private.encode() not in held, f"{path} holds {private}"
    return {**versions, **counted(folder)}


def _anybody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Take the name and number of the user from a file in the archive."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def main() -> None:
    version = ".".join(importlib.metadata.version("attnconn").split(".")[:2])
    place = DATA / f"version-{version}"
    if place.exists():
        sys.exit(f"{place} is there: what a release has made stays as it is")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "study"
        folder.mkdir()
        told = make(folder)
        place.mkdir()
        with tarfile.open(place / ARCHIVE, "w:xz", preset=9) as tar:
            for each in sorted(folder.iterdir()):
                tar.add(each, each.name, filter=_anybody)
    (place / COUNTS).write_text(json.dumps(told, indent=1) + "\n")
    print(place, told)  # noqa: T201


if __name__ == "__main__":
    main()
