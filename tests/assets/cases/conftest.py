"""Inputs that went wrong elsewhere, as the scripts of the shared cases make them."""

import contextlib
import io
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest


@dataclass(frozen=True)
class Made:
    """What a script left: its folder, its printed lines by label, and the error that ended it."""

    folder: Path
    told: str
    error: Exception | None

    def line(self, label: str) -> str:
        """Return what the script printed behind a label."""
        return next(
            line.removeprefix(f"{label}: ")
            for line in self.told.splitlines()
            if line.startswith(label)
        )


@pytest.fixture
def made(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Made]:
    """Run the script of a case, which calls the core and writes its input into a folder."""
    # Modules that have other names today.
    settings = ModuleType("attnconn_assets.settings")
    settings.ExclusionRules = __import__(
        "attnconn_assets.study.settings", fromlist=["ExclusionRules"]
    ).ExclusionRules
    comparison = ModuleType("attnconn_assets.comparison")
    comparison._SAFE = {}
    monkeypatch.setitem(sys.modules, settings.__name__, settings)
    monkeypatch.setitem(sys.modules, comparison.__name__, comparison)

    def run(number: str) -> Made:
        (script,) = (shared / "cases").glob(f"{number}-*/repro.py")
        monkeypatch.setenv("CASES_WORK", str(tmp_path))
        monkeypatch.setattr(sys, "argv", [str(script)])
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.delitem(sys.modules, "common", raising=False)
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            try:
                runpy.run_path(str(script), run_name="__main__")
                error = None
            except Exception as problem:
                error = problem
        monkeypatch.delitem(sys.modules, "common", raising=False)
        return Made(tmp_path / script.parent.name, told.getvalue(), error)

    return run
