"""The repetition time of a scan, on which header, sidecar and study must agree."""

from pathlib import Path

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.repetition_time import ROUNDING
from attnconn_core.sources.bids.entities import read_bids_name
from attnconn_core.sources.sidecars import sidecar_repetition_time, sidecars_of

__all__ = ["repetition_time_of", "sidecars_of_scan"]


def sidecars_of_scan(scan: Path, root: Path) -> tuple[Path, ...]:
    """Return the existing sidecars of a scan, the nearest first."""
    return sidecars_of(scan, read_bids_name(scan).ending, root)


def repetition_time_of(
    scan: Path, root: Path, in_header: float | None, in_study: float | None
) -> float:
    """Return the seconds from one frame to the next.

    Parameters
    ----------
    scan
        The scan.
    root
        Folder up to which sidecars are looked for.
    in_header, in_study
        Seconds in the scan's header, and in the study; None if not stated.

    Raises
    ------
    ScanError
        If two of them differ by more than rounding.
    StudyError
        If none states it.
    """
    stated = [] if in_study is None else [("the study", in_study)]
    if in_header is not None:
        stated.append(("its header", in_header))
    for sidecar in sidecars_of_scan(scan, root):
        seconds = sidecar_repetition_time(sidecar)
        if seconds is not None:
            stated.append((sidecar.name, seconds))
            break  # the nearest
    if not stated:
        raise StudyError(
            f"{scan}: a repetition time must be given (repetition_time), in seconds, if neither a "
            "scan's header nor its sidecar states it"
        )
    whose, expected = stated[0]
    for who, seconds in stated[1:]:
        if abs(seconds - expected) > ROUNDING * expected:
            raise ScanError(
                f"{scan}: a scan must have one repetition time; {whose} states {expected:g} s and "
                f"{who} {seconds:g} s"
            )
    # A header's single precision and a sidecar's rounding differ; the study or header decides.
    return expected
