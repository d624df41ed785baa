"""Dagster's home: the folder of its databases, logs and settings."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from attnconn_assets.instance.databases import explained, require_known
from attnconn_assets.storage.locks import locked
from attnconn_assets.study.selection import selected_study
from attnconn_assets.study.shipped import dagster_folder, is_installed, shipped
from attnconn_core.errors import InputError

__all__ = [
    "ensure_home",
    "home_folder",
    "open_instance",
    "settings_notice",
    "telemetry_notice",
]

_SETTINGS = "dagster.yaml"
_USED = ("storage", "history", "schedules", "logs")  # created by Dagster in a home without settings
_SILENT = "telemetry:\n  enabled: false\n"


def home_folder(study_file: Path | None = None) -> Path:
    """Return DAGSTER_HOME, or the `dagster_folder` of a study; create and check nothing.

    Parameters
    ----------
    study_file
        The study file; by default `selected_study`.
    """
    given = os.environ.get("DAGSTER_HOME", "")
    return Path(given).expanduser() if given else dagster_folder(study_file or selected_study())


def ensure_home(study_file: Path | None = None) -> Path:
    """Return DAGSTER_HOME, or create the `dagster_folder` of a study and set DAGSTER_HOME to it.

    In a checkout, ``.dagster/dagster.yaml`` is a link to the project's file, so that commands and
    servers use the same instance. Any other new home gets a copy. A home that is in use without
    ``dagster.yaml`` gets one that only turns off telemetry. An existing ``dagster.yaml`` is never
    changed. An empty DAGSTER_HOME counts as not set.

    Parameters
    ----------
    study_file
        The study file; by default `selected_study`.

    Raises
    ------
    InputError
        If it isn't an absolute path, can't be created, or isn't writable.
    """
    given = os.environ.get("DAGSTER_HOME", "")
    home = home_folder(study_file)
    if not home.is_absolute():
        raise InputError(
            f"DAGSTER_HOME must be an absolute path; got {given!r}: "
            f"set it to {str(home.resolve())!r}, or unset it"
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home / ".opening"):
            _settle(home, linked=not given and not is_installed())
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise InputError(
            f"DAGSTER_HOME must be a writable folder; got {str(home)!r}"
            f"{'' if given else ', the default, because it is not set'} ({error.strerror}): set it "
            "to another folder"
        ) from error
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def _settle(home: Path, *, linked: bool) -> None:
    """Give a home without settings a file that turns off telemetry."""
    settings = home / _SETTINGS
    if settings.is_symlink() or settings.exists():
        return
    if linked:
        settings.symlink_to(Path("..") / _SETTINGS)
    elif any((home / name).exists() for name in _USED):
        # Another project's home may not be able to import our classes.
        _put(settings, _SILENT)
    else:
        _put(settings, shipped(_SETTINGS).read_text(encoding="utf-8"))


def _put(settings: Path, content: str) -> None:
    """Write settings, unless another process has just written them."""
    with contextlib.suppress(FileExistsError), settings.open("x", encoding="utf-8") as file:
        file.write(content)


def telemetry_notice(home: Path) -> str:
    """Return a notice if a home's settings allow telemetry; otherwise empty."""
    settings = home / _SETTINGS
    try:
        chosen = yaml.safe_load(settings.read_text(encoding="utf-8"))
        if chosen["telemetry"]["enabled"] is False:
            return ""
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        pass  # Dagster reports invalid files itself
    return (
        f"{settings} lets Dagster send telemetry to its makers; "
        "to turn it off, write `telemetry: {enabled: false}` in it"
    )


def settings_notice(home: Path) -> str:
    """Return a notice of the project's settings that a home lacks; empty if it has them all.

    Settings with another value don't count as lacking. For telemetry see `telemetry_notice`.
    """
    settings, project = home / _SETTINGS, shipped(_SETTINGS)
    try:
        wanted = yaml.safe_load(project.read_text(encoding="utf-8"))
        has = yaml.safe_load(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return ""  # missing, or invalid, which Dagster reports itself
    wanted = {name: value for name, value in wanted.items() if name != "telemetry"}
    lacking = _lacking(wanted, has)
    if not lacking:
        return ""
    return (
        f"{settings} lacks {', '.join(lacking)}, which {project} sets: copy them from there; "
        "otherwise Dagster's defaults apply to limits, retries and speed"
    )


def _lacking(wanted: Mapping[str, Any], has: object, above: str = "") -> list[str]:
    """Return the missing keys; for a missing group, only the group."""
    missing: list[str] = []
    for name, value in wanted.items():
        if not isinstance(has, Mapping) or name not in has:
            missing.append(above + name)
        elif isinstance(value, Mapping):
            missing += _lacking(value, has[name], f"{above}{name}.")
    return missing


@contextlib.contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """Open Dagster's instance, under a lock.

    Two processes that open a new instance at once would corrupt its databases: each would add a
    row to the table with the revision of the migrations.

    Raises
    ------
    HistoryError
        If its databases are damaged, of another version, or locked by another process.
    """
    home = ensure_home()
    if "?" in str(home):
        raise InputError(
            "DAGSTER_HOME must have no '?' in its path, which Dagster would read as the start of "
            f"options; got {home}. Set it to another folder"
        )
    with explained(home):
        with locked(home / ".opening"):
            instance = dg.DagsterInstance.get()
        with instance:
            require_known(instance, home)
            yield instance
