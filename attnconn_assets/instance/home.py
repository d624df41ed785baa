"""Dagster's home: where its databases and logs lie, with the project's own settings."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from attnconn_assets.instance.databases import explained, require_known
from attnconn_assets.storage.locks import alone
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
_USED = ("storage", "history", "schedules", "logs")  # what Dagster makes in a home without settings
_SILENT = "telemetry:\n  enabled: false\n"


def home_folder(study_file: Path | None = None) -> Path:
    """Return DAGSTER_HOME, or the `dagster_folder` of a study; nothing is made or looked at.

    Parameters
    ----------
    study_file
        By default that of `selected_study`.
    """
    given = os.environ.get("DAGSTER_HOME", "")
    return Path(given).expanduser() if given else dagster_folder(study_file or selected_study())


def ensure_home(study_file: Path | None = None) -> Path:
    """Return DAGSTER_HOME, or make the `dagster_folder` of a study and set DAGSTER_HOME to it.

    In a checkout ``.dagster/dagster.yaml`` is a link to the project's, so that a command and the
    servers it starts find the same instance. Another new home gets a copy; one that is in
    use without any gets one by which Dagster sends no telemetry, and else stays as it is. A
    ``dagster.yaml`` that is there is never changed. An empty DAGSTER_HOME counts as none.

    Parameters
    ----------
    study_file
        By default that of `selected_study`.

    Raises
    ------
    InputError
        If it isn't an absolute path, or can't be made or written into.
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
        with alone(home / ".opening"):
            _settle(home, linked=not given and not is_installed())
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise InputError(
            f"DAGSTER_HOME must be a folder that can be written into; got {str(home)!r}"
            f"{'' if given else ', which holds where it is not set'} ({error.strerror}): set it "
            "to another folder"
        ) from error
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def _settle(home: Path, *, linked: bool) -> None:
    """Give a home that has no settings some by which Dagster sends no telemetry."""
    settings = home / _SETTINGS
    if settings.is_symlink() or settings.exists():
        return
    if linked:
        settings.symlink_to(Path("..") / _SETTINGS)
    elif any((home / name).exists() for name in _USED):
        # Another project's home, which may not be able to import ours.
        _put(settings, _SILENT)
    else:
        _put(settings, shipped(_SETTINGS).read_text(encoding="utf-8"))


def _put(settings: Path, content: str) -> None:
    """Write settings, unless somebody else has written some just now."""
    with contextlib.suppress(FileExistsError), settings.open("x", encoding="utf-8") as file:
        file.write(content)


def telemetry_notice(home: Path) -> str:
    """Say where somebody's own settings let Dagster send telemetry; empty where they don't."""
    settings = home / _SETTINGS
    try:
        chosen = yaml.safe_load(settings.read_text(encoding="utf-8"))
        if chosen["telemetry"]["enabled"] is False:
            return ""
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        pass  # Dagster says itself what is wrong with a file
    return (
        f"{settings} lets Dagster send telemetry to its makers; "
        "`telemetry: {enabled: false}` in it ends that"
    )


def settings_notice(home: Path) -> str:
    """Say which of the project's settings a home lacks; empty where it has a value for each.

    Telemetry aside, see `telemetry_notice`. What a person has set to another value isn't lacking.
    """
    settings, project = home / _SETTINGS, shipped(_SETTINGS)
    try:
        wanted = yaml.safe_load(project.read_text(encoding="utf-8"))
        has = yaml.safe_load(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return ""  # there are none, or Dagster says itself what is wrong with a file
    wanted = {name: value for name, value in wanted.items() if name != "telemetry"}
    lacking = _lacking(wanted, has)
    if not lacking:
        return ""
    return (
        f"{settings} lacks {', '.join(lacking)}, which {project} sets: copy them from there, or "
        "limits, retries and speed are Dagster's own"
    )


def _lacking(wanted: Mapping[str, Any], has: object, above: str = "") -> list[str]:
    """Name the keys that aren't there; of a group that isn't, the group alone."""
    found: list[str] = []
    for name, value in wanted.items():
        if not isinstance(has, Mapping) or name not in has:
            found.append(above + name)
        elif isinstance(value, Mapping):
            found += _lacking(value, has[name], f"{above}{name}.")
    return found


@contextlib.contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """Open Dagster's instance, one process at a time.

    Two that open a new one together spoil its databases for good: each writes its own
    line into the table that says how far the migrations are.

    Raises
    ------
    HistoryError
        If its databases are damaged, of a newer Dagster, or held by another process.
    """
    home = ensure_home()
    if "?" in str(home):
        raise InputError(
            "DAGSTER_HOME must have no '?' in its path, which Dagster's databases take for the "
            f"beginning of options; got {home}. Set it to another folder"
        )
    with explained(home):
        with alone(home / ".opening"):
            instance = dg.DagsterInstance.get()
        with instance:
            require_known(instance, home)
            yield instance
