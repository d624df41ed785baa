"""One session's scans with their headers and tables: its series, its shape, its quality."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64

from attnconn_core.errors import ScanError
from attnconn_core.records import TimeSeries
from attnconn_core.sources.bids.frames import KeptFrames
from attnconn_core.sources.bids.readers import Reader
from attnconn_core.sources.bids.scan_cleaning import ScanTreatment
from attnconn_core.sources.bids.timing import repetition_time_of
from attnconn_core.sources.coverage import coverage_measures, least_coverage
from attnconn_core.sources.motion import motion_measures
from attnconn_core.sources.shapes import SessionShape

__all__ = ["SessionScans"]

# Seconds; repetition times of runs that differ by less are the same, but for rounding.
_ROUNDED = 1e-6


@dataclass(frozen=True)
class SessionScans:
    """The scans of a session, what reads them, and what is done to them.

    Attributes
    ----------
    key
        Key of the session, for errors.
    files
        Its scans, in the order of the runs.
    root
        Folder of the dataset, up to which sidecars are looked for.
    reader
        Reads one scan.
    treatment
        Cleans and splits a scan.
    repetition_time
        Seconds that the study states; None if it doesn't.
    """

    key: str
    files: tuple[Path, ...]
    root: Path
    reader: Reader
    treatment: ScanTreatment
    repetition_time: float | None = None

    @cached_property
    def headers(self) -> tuple[SessionShape, ...]:
        """The shape of every scan."""
        return tuple(map(self.reader.shape, self.files))

    @cached_property
    def seconds(self) -> float:
        """The repetition time of all scans; an error if they differ."""
        of_scans = [
            repetition_time_of(path, self.root, header.repetition_time, self.repetition_time)
            for path, header in zip(self.files, self.headers, strict=True)
        ]
        for path, seconds in zip(self.files, of_scans, strict=True):
            if abs(seconds - of_scans[0]) > _ROUNDED:
                raise ScanError(
                    f"{self.key}: all runs must have one repetition time; "
                    f"{self.files[0].name} has {of_scans[0]:g} s and {path.name} {seconds:g} s"
                )
        return of_scans[0]

    @cached_property
    def frames(self) -> tuple[KeptFrames, ...]:
        """The frames of every scan that are kept."""
        seconds = self.seconds
        return tuple(
            self.treatment.frames(path, header.frames, seconds)
            for path, header in zip(self.files, self.headers, strict=True)
        )

    def series(self) -> TimeSeries:
        """Return the series, parcellated, cleaned, and split into runs."""
        seconds = self.seconds
        runs: list[Float32[np.ndarray, "time region"]] = []
        for path in self.files:
            runs += self.treatment.runs(path, self.reader.read(path, seconds))
        if not runs:
            raise self._no_frames()
        return TimeSeries(tuple(runs), seconds, self.reader.table.regions)

    def shape(self) -> SessionShape:
        """Return the frames of every run, after splitting, from headers and tables."""
        runs = tuple(length for frames in self.frames for length in frames.lengths)
        if not runs:
            raise self._no_frames()
        header = self.headers[0]
        return SessionShape(runs, header.regions, self.seconds, header.names)

    def motion(self) -> tuple[Float64[np.ndarray, " frame"], ...]:
        """Return the framewise displacement of every scan; empty unless all have a table of it."""
        _ = self.seconds  # scans that don't belong together are refused first
        of_scans = [
            self.treatment.motion(path, header.frames)
            for path, header in zip(self.files, self.headers, strict=True)
        ]
        known = tuple(motion for motion in of_scans if motion is not None)
        return known if len(known) == len(of_scans) else ()

    def coverage(self) -> dict[str, float]:
        """Return region → share with a signal, the least over the scans; empty if unknown."""
        return least_coverage(self.files, self.reader)

    def quality(self) -> dict[str, float]:
        """Return coverage and motion, if known, and what was left out."""
        measured = {
            **coverage_measures(self.coverage()),
            "unsteady_frames": float(sum(frames.unsteady for frames in self.frames)),
            "scrubbed_frames": float(sum(frames.scrubbed for frames in self.frames)),
            "short_segment_frames": float(sum(frames.short for frames in self.frames)),
        }
        freedom = [frames.freedom for frames in self.frames if frames.freedom is not None]
        if freedom:
            measured["degrees_of_freedom"] = float(sum(freedom))
        motion = self.motion()
        return measured | motion_measures([np.concatenate(motion)] if motion else [])

    def _no_frames(self) -> ScanError:
        scrubbed = sum(frames.scrubbed for frames in self.frames)
        short = sum(frames.short for frames in self.frames)
        return ScanError(
            f"{self.key}: scrubbing must leave a run of {self.treatment.min_segment} frames "
            f"(min_segment) or more; none is left, {scrubbed} frames moved too much and {short} "
            "lie between such frames. Raise scrub.fd_threshold, or leave the session out "
            "(exclude.sessions)"
        )
