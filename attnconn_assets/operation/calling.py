"""The commands that messages tell the user to run next."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from attnconn_assets.study.selection import selected_study
from attnconn_assets.study.shipped import shipped, shipped_names

__all__ = ["opening", "short"]


def opening(study_file: Path) -> str:
    """Return the command that opens the pages of a study, called as the running command was.

    Under ``make`` it is a make target. The default study isn't named in it.
    """
    study_file = study_file.resolve()
    if "MAKELEVEL" in os.environ:  # make passes the study to the commands that it calls
        is_default = study_file == shipped("studies/hcp_sample.yaml").resolve()
        return "make dev" if is_default else f"make dev STUDY={shlex.quote(short(study_file))}"
    program = Path(sys.executable).parent / "attnconn"
    called = "attnconn" if shutil.which("attnconn") else shlex.quote(short(program))
    if study_file == selected_study():
        return f"{called} dev"
    return f"{called} --study {shlex.quote(_named(study_file))} dev"


def short(path: Path) -> str:
    """Return a path relative to the current folder, if it lies below it and that isn't ``/``."""
    here = Path.cwd()
    is_below = path.is_relative_to(here) and here != Path(here.anchor)
    return os.path.relpath(path, here) if is_below else str(path)


def _named(study_file: Path) -> str:
    """Return the name of a study that comes with attnconn, or the path of any other."""
    name = study_file.stem
    comes_along = name in shipped_names("studies")
    is_it = comes_along and shipped(f"studies/{name}.yaml").resolve() == study_file
    return name if is_it else short(study_file)
