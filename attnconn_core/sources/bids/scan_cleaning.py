"""What is done to a scan after it was read: cleaned and split, or only split."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Shaped

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.records import TimeSeries
from attnconn_core.sources.bids.cleaning import Band, clean, degrees_of_freedom
from attnconn_core.sources.bids.companions import motion_table, outliers_table
from attnconn_core.sources.bids.confounds import load_scan_confounds, require_confounds_table
from attnconn_core.sources.bids.frame_tables import (
    DISPLACEMENT,
    frame_displacement,
    read_frames,
)
from attnconn_core.sources.bids.frames import (
    KeptFrames,
    censored_frames,
    kept_frames,
    whole_scan,
)
from attnconn_core.sources.bids.settings import Confounds, Scrub
from attnconn_core.wording import first_few

__all__ = ["CleanedScans", "Cleaning", "RawScans", "ScanTreatment"]

# Descriptions (desc) of scans that are still to be cleaned; dense series of fMRIPrep have none.
_RAW = (None, "preproc", "smoothAROMAnonaggr")
_CLEAN = ("denoised", "denoisedSmoothed", "residual", "residualSmoothed")
_SHOWN = 5

Runs = tuple[Shaped[np.ndarray, "_ _"], ...]


@dataclass(frozen=True)
class RawScans:
    """Scans of fMRIPrep: confounds are regressed out, and frames that moved left out.

    Attributes
    ----------
    confounds, scrub, band, min_segment
        As in `BidsDerivatives`.
    """

    confounds: Confounds
    scrub: Scrub | None
    band: Band
    min_segment: int

    def tables(self, scan: Path) -> tuple[Path, ...]:
        """Return fMRIPrep's table of confounds and its description, if it has one."""
        table = require_confounds_table(scan)
        described = table.with_suffix(".json")
        return (table, described) if described.is_file() else (table,)

    def frames(self, scan: Path, n_frames: int, repetition_time: float) -> KeptFrames:
        """Return the frames that are kept; raises an error if cleaning leaves nothing."""
        return self._examined(scan, n_frames, repetition_time)[1]

    def runs(self, scan: Path, series: TimeSeries) -> Runs:
        """Return the runs of a scan's series, cleaned as one and then split."""
        values, frames = self._examined(scan, series.n_frames, series.repetition_time)
        if not (values.shape[1] or self.band.filters) or not frames.segments:
            return frames.cut(series.values)
        if not np.isfinite(series.values).all():
            finite = np.isfinite(series.values).all(axis=0)
            lost = [
                name
                for name, is_finite in zip(series.regions, finite, strict=True)
                if not is_finite
            ]
            raise ScanError(
                f"{scan}: every region must have finite values before it is cleaned; these "
                f"don't: {first_few(lost, _SHOWN)}"
            )
        return frames.cut(clean(series, values, frames.mask(series.n_frames), self.band))

    def motion_file(self, scan: Path) -> Path:
        """Return fMRIPrep's table of confounds."""
        return require_confounds_table(scan)

    def motion(self, scan: Path, n_frames: int) -> Float64[np.ndarray, " frame"] | None:
        """Return the framewise displacement of every frame; None if the table lacks it."""
        table = require_confounds_table(scan)
        known = DISPLACEMENT in read_frames(table, n_frames).columns
        return frame_displacement(table, n_frames) if known else None

    def _examined(
        self, scan: Path, n_frames: int, repetition_time: float
    ) -> tuple[Float64[np.ndarray, "frame confound"], KeptFrames]:
        confounds = load_scan_confounds(
            scan, n_frames, self.confounds, self.scrub, self.min_segment
        )
        frames = kept_frames(confounds, self.min_segment)
        n_confounds = confounds.values.shape[1]
        left = frames.n_frames
        if frames.segments and (n_confounds or self.band.filters):
            left = degrees_of_freedom(scan, left, n_confounds, self.band, repetition_time)
        return confounds.values, dataclasses.replace(frames, freedom=left)


@dataclass(frozen=True)
class CleanedScans:
    """Scans of XCP-D: split where it left frames out, otherwise as they are.

    Attributes
    ----------
    min_segment
        As in `BidsDerivatives`.
    """

    min_segment: int

    def tables(self, scan: Path) -> tuple[Path, ...]:
        """Return XCP-D's table of outliers or, without it, that of motion."""
        table = outliers_table(scan) or motion_table(scan)
        return () if table is None else (table,)

    def frames(self, scan: Path, n_frames: int, repetition_time: float) -> KeptFrames:  # noqa: ARG002
        """Return the frames that are kept."""
        outliers = outliers_table(scan)
        if outliers is not None:
            return censored_frames(outliers, n_frames, scan, self.min_segment)
        motion = motion_table(scan)
        if motion is not None and len(frame_displacement(motion)) != n_frames:
            raise ScanError(
                f"{scan}: which frames were left out must be known; the scan has {n_frames} "
                f"frames, and {motion.name} has {len(frame_displacement(motion))} rows. Copy "
                "XCP-D's <…>_outliers.tsv beside the scan"
            )
        return whole_scan(n_frames)

    def runs(self, scan: Path, series: TimeSeries) -> Runs:
        """Return the runs of a scan's series."""
        frames = self.frames(scan, series.n_frames, series.repetition_time)
        return frames.cut(series.values)

    def motion_file(self, scan: Path) -> Path | None:
        """Return XCP-D's table of motion."""
        return motion_table(scan)

    def motion(self, scan: Path, n_frames: int) -> Float64[np.ndarray, " frame"] | None:  # noqa: ARG002
        """Return the framewise displacement of every frame of the recording."""
        table = motion_table(scan)
        return None if table is None else frame_displacement(table)


ScanTreatment = RawScans | CleanedScans
"""What is done to the scans of a dataset; both have the same methods."""


@dataclass(frozen=True)
class Cleaning:
    """The keys of a study that concern cleaning.

    Attributes
    ----------
    confounds, scrub, band, min_segment
        As in `BidsDerivatives`.
    """

    confounds: Confounds | None
    scrub: Scrub | None
    band: Band
    min_segment: int

    def of(self, ending: str, description: str | None) -> ScanTreatment:
        """Return what is done to scans with an ending and a description (entity ``desc``).

        Raises
        ------
        StudyError
            If scans that are clean would be cleaned again, or it isn't said how others are
            cleaned.
        """
        parcellated = ending in (".ptseries.nii", ".tsv")
        if parcellated or description in _CLEAN:
            given = [name for name, value in self._given.items() if value is not None]
            if given:
                what = "parcellated" if parcellated else f"desc-{description}"
                raise StudyError(
                    f"{', '.join(given)}: scans that are clean must not be cleaned again; "
                    f"these are {what}, as XCP-D writes them after cleaning. Remove "
                    "these keys, or let `root` be fMRIPrep's folder"
                )
            return CleanedScans(self.min_segment)
        if description is None and ending != ".dtseries.nii":
            raise StudyError(
                "root: must be a folder of derivatives; scans without a description (desc) are as "
                "they were acquired. fMRIPrep's are in derivatives/fmriprep"
            )
        if description not in _RAW:
            raise StudyError(
                "select: the desc of scans must tell whether they are clean: "
                f"{', '.join(filter(None, _RAW))} or none of fMRIPrep, {', '.join(_CLEAN)} of "
                f"XCP-D; got {description}"
            )
        if self.confounds is None:
            raise StudyError(
                "confounds: a study must say which confounds are regressed out of scans of "
                "fMRIPrep, such as confounds: {strategy: [motion, wm_csf, high_pass]}; an empty "
                "strategy leaves them in"
            )
        return RawScans(self.confounds, self.scrub, self.band, self.min_segment)

    @property
    def _given(self) -> dict[str, object]:
        limits = {"high_pass": self.band.high_pass, "low_pass": self.band.low_pass}
        return {"confounds": self.confounds, "scrub": self.scrub, **limits}
