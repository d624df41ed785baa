"""Confounds of a scan from fMRIPrep's table, and the frames that are kept."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64

from attnconn_core.errors import ScanError
from attnconn_core.sources.bids.companions import confounds_table
from attnconn_core.sources.bids.confound_columns import DVARS, require_columns
from attnconn_core.sources.bids.frame_tables import DISPLACEMENT, read_frames
from attnconn_core.sources.bids.settings import Confounds, Scrub
from attnconn_core.wording import first_few

__all__ = ["ScanConfounds", "load_scan_confounds", "require_confounds_table"]

_OUTLIER = "non_steady_state_outlier"
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class ScanConfounds:
    """Confounds of one scan, frame by frame.

    Attributes
    ----------
    values
        (frame, confound); no column if nothing is regressed out.
    unsteady
        Whether a frame came before the signal's steady state.
    scrubbed
        Whether a frame, that isn't unsteady, moved too much.
    kept
        Whether nilearn keeps a frame: neither of these, and not in a segment between scrubbed
        frames that is too short.
    """

    values: Float64[np.ndarray, "frame confound"]
    unsteady: Bool[np.ndarray, " frame"]
    scrubbed: Bool[np.ndarray, " frame"]
    kept: Bool[np.ndarray, " frame"]


def require_confounds_table(scan: Path) -> Path:
    """Return fMRIPrep's table of confounds of a scan.

    Raises
    ------
    ScanError
        If there is none, or several.
    """
    path = confounds_table(scan)
    if path is None:
        raise ScanError(
            f"{scan}: fMRIPrep's table of confounds must lie beside a scan, with the same entities "
            "up to the run: <…>_desc-confounds_timeseries.tsv; there is none. Copy it there, or "
            "leave the subject out with a table of subjects (subjects)"
        )
    return path


def load_scan_confounds(
    scan: Path, n_frames: int, confounds: Confounds, scrub: Scrub | None, min_segment: int
) -> ScanConfounds:
    """Return the confounds of a scan, and the frames that are kept, as nilearn reads them.

    Parameters
    ----------
    scan
        The scan; its table lies beside it.
    n_frames
        Number of frames of the scan.
    confounds
        What is regressed out.
    scrub
        Limits of motion; None if no frame is left out because of it.
    min_segment
        Frames of the shortest segment between scrubbed frames that is kept.

    Raises
    ------
    ScanError
        If the table is missing, can't be read, lacks a column, has another number of rows than
        the scan has frames, or holds a value that is no number.
    """
    path = require_confounds_table(scan)
    table = read_frames(path, n_frames)
    require_columns(path, table.columns, confounds, scrub)
    selected, sample_mask = _by_nilearn(scan, path, confounds, scrub, min_segment)
    unsteady = _flags(table, [name for name in table.columns if _OUTLIER in name])
    kept = np.zeros(n_frames, dtype=bool)
    kept[slice(None) if sample_mask is None else sample_mask] = True
    values = np.zeros((n_frames, 0)) if selected is None else selected.to_numpy(np.float64)
    _require_finite(path, selected, kept)
    return ScanConfounds(
        values=values,
        unsteady=unsteady,
        scrubbed=_moved(table, scrub) & ~unsteady,
        kept=kept,
    )


def _by_nilearn(
    scan: Path, path: Path, confounds: Confounds, scrub: Scrub | None, min_segment: int
) -> tuple[pd.DataFrame | None, np.ndarray | None]:
    from nilearn.interfaces.fmriprep import load_confounds  # imported here because it is slow

    limits = {}
    if scrub:
        dvars = scrub.std_dvars_threshold
        limits = {
            "fd_threshold": scrub.fd_threshold,
            "std_dvars_threshold": math.inf if dvars is None else dvars,
            "scrub": min_segment,
        }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is checked here or by `kept_frames`
            values, sample_mask = load_confounds(
                str(scan),
                strategy=(*confounds.strategy, *(("scrub",) if scrub else ())),
                motion=confounds.motion,
                wm_csf=confounds.wm_csf,
                global_signal=confounds.global_signal,
                compcor=confounds.compcor,
                n_compcor=confounds.n_compcor,
                ica_aroma=confounds.ica_aroma,
                **limits,
            )
    except (ValueError, KeyError, IndexError) as problem:
        raise ScanError(
            f"{path}: nilearn's load_confounds can't take {', '.join(confounds.strategy)} from it: "
            f"{' '.join(str(problem).split())}"
        ) from problem
    return values, sample_mask


def _moved(table: pd.DataFrame, scrub: Scrub | None) -> Bool[np.ndarray, " frame"]:
    if scrub is None:
        return np.zeros(len(table), dtype=bool)
    moved = table[DISPLACEMENT].to_numpy(np.float64) > scrub.fd_threshold
    if scrub.std_dvars_threshold is not None:
        moved |= table[DVARS].to_numpy(np.float64) > scrub.std_dvars_threshold
    return np.asarray(moved)


def _flags(table: pd.DataFrame, names: list[str]) -> Bool[np.ndarray, " frame"]:
    return np.asarray(table[names].to_numpy(np.float64).sum(axis=1) > 0)


def _require_finite(
    path: Path, selected: pd.DataFrame | None, kept: Bool[np.ndarray, " frame"]
) -> None:
    if selected is None:
        return
    values = selected.to_numpy(np.float64)[kept]
    wrong = [
        str(name)
        for name, finite in zip(selected.columns, np.isfinite(values).all(axis=0), strict=True)
        if not finite
    ]
    if wrong:
        raise ScanError(
            f"{path}: every confound must have a number in every frame that is kept, the first of "
            f"derivatives aside; these don't: {first_few(wrong, _SHOWN)}"
        )
