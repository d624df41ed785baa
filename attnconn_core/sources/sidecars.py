"""BIDS sidecars: ``<same name>.json`` beside a series, or inherited from above it."""

import json
import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from attnconn_core.errors import ScanError
from attnconn_core.repetition_time import ROUNDING, repetition_time_problem
from attnconn_core.sources.files import is_dangling

__all__ = ["sidecar_repetition_time", "sidecars_of"]

# Larger files can't be sidecars.
_ONE_ROW_PER_FRAME = ("SamplingFrequency", "TR")
_LARGEST = 2**24
# Suffixes of scans from which series are derived.
_SUFFIXES = ("bold", "timeseries")
# Other names of the two fields, without regard to case, spaces and underscores.
_MEANT = {
    "RepetitionTime": re.compile(r"(?:tr|repetition_?time)(?:_?in)?(?:_?(?:s|secs?|seconds|ms))?"),
    "SamplingFrequency": re.compile(r"sampling_?(?:frequency|rate)(?:_?(?:in_?)?hz)?"),
}


def sidecars_of(path: Path, ending: str, root: Path) -> tuple[Path, ...]:
    """Return the existing sidecars of a series, the nearest first.

    These are ``<same name>.json`` and those of BIDS's inheritance principle, in the series'
    folder and above it up to `root`: their keys and values, such as ``task-rest``, must
    be in the series' name, and their suffix must be ``bold`` or the series' own. Of several in
    one folder, the one with the most keys comes first.
    """
    name = path.name.removesuffix(ending)
    own = path.with_name(f"{name}.json")
    parts = name.split("_")
    keys = frozenset(part for part in parts if "-" in part)
    suffixes = {*_SUFFIXES, *(part for part in parts[-1:] if "-" not in part)}
    sidecars = [own] if own.is_file() or is_dangling(own) else []
    for folder in path.parents if path.is_relative_to(root) else (path.parent,):
        sidecars += [
            sidecar.path
            for sidecar in _named_in(folder, folder.stat().st_mtime_ns)
            if sidecar.keys <= keys and sidecar.suffix in suffixes and sidecar.path != own
        ]
        if folder == root:
            break
    return tuple(sidecars)


class _Named(NamedTuple):
    path: Path
    keys: frozenset[str]
    suffix: str


# A folder of thousands of series is listed once, and again when it changes.
@lru_cache(maxsize=256)
def _named_in(folder: Path, changed: int) -> tuple[_Named, ...]:  # noqa: ARG001  (a key)
    """Return possible sidecars in a folder, those with the most keys first."""
    sidecars = []
    for path in sorted(folder.glob("*.json")):
        *pairs, suffix = path.stem.split("_")
        if "-" not in suffix and all("-" in pair for pair in pairs):
            sidecars.append(_Named(path, frozenset(pairs), suffix))
    return tuple(sorted(sidecars, key=lambda sidecar: -len(sidecar.keys)))


def sidecar_repetition_time(path: Path) -> float | None:
    """Return seconds from one frame to the next, from a sidecar.

    Read from ``RepetitionTime``, or as 1 / ``SamplingFrequency``. The word ``"TR"`` in the latter,
    which XCP-D writes, only means one row per frame.

    Parameters
    ----------
    path
        Path of a sidecar.

    Returns
    -------
    None if it has neither field.

    Raises
    ------
    ScanError
        If it can't be read, holds no possible time in seconds, uses another field name
        than BIDS, such as ``TR``, or its two fields contradict each other.
    """
    fields = _read(path)
    _require_names(path, fields)
    seconds = _number(path, fields, "RepetitionTime")
    frequency = _number(path, fields, "SamplingFrequency")
    if frequency is not None:
        by_frequency = 1 / frequency if frequency > 0 else math.nan
        if seconds is None:
            problem = repetition_time_problem(by_frequency)
            if problem:
                raise ScanError(f"{path}: 1 / SamplingFrequency ({frequency:g} Hz): {problem}")
            return by_frequency
        if not abs(by_frequency - seconds) <= ROUNDING * abs(seconds):
            raise ScanError(
                f"{path}: RepetitionTime and SamplingFrequency must agree; it has {seconds:g} s "
                f"and {frequency:g} Hz, which is {by_frequency:g} s"
            )
    if seconds is not None and (problem := repetition_time_problem(seconds)):
        raise ScanError(f"{path}: RepetitionTime: {problem}")
    return seconds


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ScanError(f"{path}: a sidecar must be smaller than {_LARGEST >> 20} MiB")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise ScanError(f"{path}: can't be read: {problem.strerror}") from problem
    except (ValueError, RecursionError) as problem:
        raise ScanError(f"{path}: a sidecar must be JSON; {problem}") from problem
    if not isinstance(content, dict):
        raise ScanError(
            f"{path}: a sidecar must hold names and values; got {type(content).__name__}"
        )
    return content


def _require_names(path: Path, fields: dict[str, Any]) -> None:
    """Refuse other names of a repetition time, unless BIDS's name is there too."""
    if any(fields.get(name) is not None for name in _MEANT):
        return
    for key, value in fields.items():
        written = re.sub(r"[\s_-]+", "_", key.strip()).lower()
        for name, meant in _MEANT.items():
            if key not in _MEANT and meant.fullmatch(written):
                raise ScanError(
                    f"{path}: a repetition time must be called RepetitionTime, in seconds, or "
                    f"SamplingFrequency, in Hz; got {key!r}: {value!r}. Call it {name}, or remove "
                    "it"
                )


def _number(path: Path, fields: dict[str, Any], name: str) -> float | None:
    value = fields.get(name)
    if value is None or (name, value) == _ONE_ROW_PER_FRAME:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScanError(f"{path}: {name} must be a number; got {value!r}")
    return float(value)
