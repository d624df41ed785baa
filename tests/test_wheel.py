"""The wheel: what is in it, what it asks for, and that it works without the checkout."""

import email
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("attnconn_core", "attnconn_assets")

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None,
    reason="hatchling isn't installed: it comes with the extra dev",
)

# A name in the wheel → the file of the checkout that it is made from.
SHIPPED = {
    f"attnconn_assets/shipped/{path.relative_to(REPOSITORY).as_posix()}": path
    for path in (
        *(REPOSITORY / "studies").glob("*.yaml"),
        *(REPOSITORY / "experiments").glob("*.yaml"),
        REPOSITORY / "dagster.yaml",
        REPOSITORY / "workspace.yaml",
    )
}
DATA = {
    name: REPOSITORY / name
    for name in (
        "attnconn_core/__init__.pyi",
        "attnconn_core/py.typed",
        "attnconn_core/parcellation/aal2.csv",
        "attnconn_assets/py.typed",
        "attnconn_core/references.bib",
    )
} | {
    path.relative_to(REPOSITORY).as_posix(): path
    for path in (REPOSITORY / "attnconn_assets/assets/report/templates").rglob("*.*")
}

# Takes every checkout of attnconn off the path, which an editable install puts there.
ALONE = """
import os, sys

sys.path[:] = [
    each
    for each in sys.path
    if each == {site!r} or not os.path.isfile(os.path.join(each, "attnconn_assets", "__init__.py"))
]
"""


def pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
    ran = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, REPOSITORY)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


class Installed:
    """The wheel in a folder of its own, beside the libraries of this environment."""

    def __init__(self, folder: Path) -> None:
        self.site, self._alone, self.here = folder / "site", folder / "alone", folder / "here"
        self._alone.mkdir()
        self.here.mkdir()
        (self._alone / "sitecustomize.py").write_text(ALONE.format(site=str(self.site)))

    def call(self, *command: str) -> str:
        """Run a command in an empty folder, and return what it prints."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("ATTNCONN_STUDY", "DAGSTER_HOME")
        }
        ran = subprocess.run(
            command,
            cwd=self.here,
            env={**kept, "PYTHONPATH": os.pathsep.join(map(str, (self.site, self._alone)))},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def attnconn(self, *arguments: str) -> str:
        return self.call(str(self.site / "bin" / "attnconn"), *arguments)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    it = Installed(tmp_path_factory.mktemp("installed"))
    pip("install", "--no-deps", "--no-index", "--target", it.site, wheel)
    return it


def test_it_holds_both_packages_and_what_they_read_and_nothing_else(wheel):
    code = {
        path.relative_to(REPOSITORY).as_posix(): path
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*.py")
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {each for each in archive.namelist() if ".dist-info/" not in each}
        assert names == {*code, *DATA, *SHIPPED}
        for name, path in {**DATA, **SHIPPED}.items():
            assert archive.read(name) == path.read_bytes(), name


def test_its_metadata_is_complete(metadata):
    for key in ("Summary", "Author", "License-Expression", "Requires-Python", "Description"):
        assert metadata[key] or (key == "Description" and metadata.get_payload()), key
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra")) >= {"torch", "platform", "dev", "peers"}
    assert "Typing :: Typed" in metadata.get_all("Classifier")


def needed(metadata: Message, extra: str = "") -> set[str]:
    """Return the requirements without an extra, or those that an extra adds."""
    every = (each.partition(";") for each in metadata.get_all("Requires-Dist"))
    wanted = re.compile(rf"extra == ['\"]{extra}['\"]" if extra else r"^$")
    return {what.strip() for what, _, marker in every if wanted.search(marker.strip())}


def test_plain_attnconn_asks_for_neither_torch_nor_dagster_nor_a_tool_of_tests(metadata):
    plain = {re.split(r"\W", each)[0] for each in needed(metadata)}
    assert "numpy" in plain
    assert not plain & {"torch", "safetensors", "dagster", "mlflow", "beartype", "pytest"}
    platform = {re.split(r"[<>=]", each)[0] for each in needed(metadata, "platform")}
    assert platform >= {"torch", "safetensors", "dagster", "dagster-webserver", "mlflow"}


@pytest.mark.parametrize("extra", ["", "torch", "platform"])
def test_every_dependency_has_a_lower_bound(metadata, extra):
    assert {each for each in needed(metadata, extra) if ">=" not in each} == set()


def test_it_works_without_the_checkout(installed):
    code = "import attnconn_core, attnconn_assets as a, sys; print(a.__file__); print(*sys.path)"
    file, path = installed.call(sys.executable, "-c", code).splitlines()
    assert Path(file).is_relative_to(installed.site)
    assert str(REPOSITORY) not in path.split()
    assert "known_truth, simulated (default: hcp_sample)" in " ".join(
        installed.attnconn("--help").split()
    )


@pytest.mark.parametrize(("study", "sessions"), [("hcp_sample", 14), ("simulated", 40)])
def test_it_checks_its_own_studies_from_an_empty_folder(installed, study, sessions):
    said = installed.attnconn("--study", study, "check")
    assert said.startswith(f"Study {study}: ")
    assert f" subjects, {sessions} sessions: " in said
    assert os.listdir(installed.here) == []


def test_it_checks_a_study_of_the_user_s_that_names_its_experiment(installed, tmp_path):
    own = {"name": "own", "title": "Mine", "source": "simulated", "n_subjects": 4}
    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump({**own, "experiments": ["attnconn"]}))
    assert "4 subjects, 8 sessions" in installed.attnconn("--study", str(file), "check")
    assert os.listdir(tmp_path) == ["own.yaml"]
