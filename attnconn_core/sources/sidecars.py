"""Sidecars: what BIDS writes into ``<same name>.json`` beside a series."""

import json
import math
from pathlib import Path
from typing import Any

from attnconn_core.errors import ScanError
from attnconn_core.repetition_time import ROUNDING, repetition_time_problem

__all__ = ["sidecar_of", "sidecar_repetition_time"]

# Megabytes of it are no sidecar.
_LARGEST = 2**24


def sidecar_of(path: Path, ending: str) -> Path:
    """Return where the sidecar of a series lies, if there is one."""
    return path.with_name(path.name.removesuffix(ending) + ".json")


def sidecar_repetition_time(path: Path) -> float | None:
    """Read seconds from one frame to the next: ``RepetitionTime``, or 1 / ``SamplingFrequency``.

    Parameters
    ----------
    path
        Of a sidecar.

    Returns
    -------
    None if it says neither.

    Raises
    ------
    ScanError
        If it can't be read, holds something else than a possible time in seconds, or its two
        fields contradict each other.
    """
    told = _read(path)
    seconds = _number(path, told, "RepetitionTime")
    frequency = _number(path, told, "SamplingFrequency")
    if frequency is not None:
        by_frequency = 1 / frequency if frequency > 0 else math.nan
        if seconds is None:
            problem = repetition_time_problem(by_frequency)
            if problem:
                raise ScanError(f"{path}: 1 / SamplingFrequency ({frequency:g} Hz): {problem}")
            return by_frequency
        if not abs(by_frequency - seconds) <= ROUNDING * abs(seconds):
            raise ScanError(
                f"{path}: RepetitionTime and SamplingFrequency must agree; it says {seconds:g} s "
                f"and {frequency:g} Hz, which is {by_frequency:g} s"
            )
    if seconds is not None and (problem := repetition_time_problem(seconds)):
        raise ScanError(f"{path}: RepetitionTime: {problem}")
    return seconds


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ScanError(f"{path}: a sidecar must be smaller than {_LARGEST >> 20} MiB")
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise ScanError(f"{path}: can't be read: {problem.strerror}") from problem
    except (ValueError, RecursionError) as problem:
        raise ScanError(f"{path}: a sidecar must be JSON; {problem}") from problem
    if not isinstance(told, dict):
        raise ScanError(f"{path}: a sidecar must hold names and values; got {type(told).__name__}")
    return told


def _number(path: Path, told: dict[str, Any], name: str) -> float | None:
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScanError(f"{path}: {name} must be a number; got {value!r}")
    return float(value)
