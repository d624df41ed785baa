"""Every target of the Makefile is valid shell, and the targets that texts name are there."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
TARGETS = re.findall(r"^([a-z-]+):.*## ", (REPOSITORY / "Makefile").read_text("utf-8"), flags=re.M)

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


def recipe(target, *variables):
    command = ["make", "--dry-run", "--always-make", target, *variables]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("variables", [(), ("STUDY=studies/simulated.yaml",)], ids=["", "study"])
def test_a_target_is_valid_shell(target, variables):
    shell = subprocess.run(
        ["sh", "-n"], input=recipe(target, *variables), capture_output=True, text=True
    )
    assert shell.stderr == ""


def test_the_demo_says_how_long_it_takes_for_the_sample_only():
    minutes = 'echo "Fetching 8 MB, training and scoring take about 3 minutes on two idle cores."'
    assert minutes in recipe("demo")
    assert minutes not in recipe("demo", "STUDY=studies/simulated.yaml")


def test_make_test_runs_every_test():
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    listed = {REPOSITORY / path for path in settings["tool"]["pytest"]["ini_options"]["testpaths"]}
    there = {*REPOSITORY.glob("tests/**/test_*.py")}
    assert [p for p in there if not listed & {p, *p.parents}] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_a_text_names_targets_that_are_there(page):
    named = re.findall(r"^`?make ([a-z-]+)", (REPOSITORY / page).read_text("utf-8"), flags=re.M)
    assert named
    assert set(named) <= set(TARGETS)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_environment_that_was_copied_with_the_checkout_is_made_anew(tmp_path, elsewhere):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(REPOSITORY / name, tmp_path)
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    home = Path("/elsewhere") if elsewhere else tmp_path.resolve()
    (scripts / "pip").write_text(f"#!{home}/.venv/bin/python3\n", encoding="utf-8")
    stamp = tmp_path / ".venv" / ".tools"
    stamp.touch()
    done = subprocess.run(
        ["make", "--dry-run", "setup"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ("made for another folder" in done.stdout) == elsewhere
    assert ("-m venv --clear .venv" in done.stdout) == elsewhere
    assert stamp.exists() != elsewhere
