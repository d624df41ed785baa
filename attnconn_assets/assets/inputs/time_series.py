"""Time series: every session's scan, parcellated."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from attnconn_assets.assets.inputs.series_checks import check_series, longest_run
from attnconn_assets.building.likeness import REGIONS
from attnconn_assets.building.result import Result
from attnconn_assets.building.unlike_others import PROFILE
from attnconn_assets.building.windows import LONGEST_RUN
from attnconn_assets.building.work import Work
from attnconn_core.timeseries import column_sketch, levels, profile, recordings, signatures

__all__ = ["make_time_series"]


def make_time_series(work: Work) -> Result:
    """Read a session's scan as a series, and check that every region is usable."""
    series = work.scan()
    with np.errstate(invalid="ignore"):  # a check reports infinite values
        compared = {
            "recordings": list(recordings(series)),
            "signatures": list(signatures(series)),
            "levels": list(levels(series)),
            "columns": column_sketch(series),
            PROFILE: asdict(profile(series)),
        }
    return Result(
        thumbnails={"carpet": work.album.carpet(series)},
        files={"series.parquet": series},
        metrics={
            "frames": series.n_frames,
            "runs": len(series.runs),
            "regions": series.n_regions,
            "repetition_time": series.repetition_time,
        },
        # Facts that methods need, and those that are compared between sessions.
        facts={
            LONGEST_RUN: longest_run(series, work.settings["test_fraction"]),
            "repetition time": series.repetition_time,
            "frames": series.n_frames,
            REGIONS: f"{series.n_regions} {_hash(series.regions)}",
            **compared,
        },
        checks=check_series(series, work.settings["test_fraction"]),
    )


def _hash(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
