"""A session's matrices by one method: what every connectivity asset does alike."""

from collections.abc import Callable

from attnconn_assets.assets.connectivity.matrix_checks import check_matrices
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.summary import summarise
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import head

__all__ = ["EstimatorFor", "Reader", "make_matrices"]

# A part of a scan, and whether it is the whole of it → what estimates it. A shortened
# scan has no frames to spare for judging a forecast: all of them are learned from.
EstimatorFor = Callable[[TimeSeries, bool], Estimator]
# Makes a method ready for the session that is worked on.
Reader = Callable[[Work], EstimatorFor]


def make_matrices(work: Work, reader: Reader) -> Result:
    """Estimate a session's connectivity from the whole scan and from its first frames."""
    series = work.series()
    estimator_of = reader(work)
    method = work.settings["method"]
    lengths = [n for n in work.settings["scan_lengths"] if n < series.n_frames]
    matrices: dict[int, Connectivity] = {}
    unusable: dict[str, str] = {}
    for frames in lengths:
        part = head(series, frames)
        try:
            matrices[frames] = method.named(estimator_of(part, False).estimate(part))
        except SeriesError as error:  # too short, or a region still stands still in it
            unusable[str(frames)] = str(error)
    whole = method.named(estimator_of(series, True).estimate(series))
    matrices[series.n_frames] = whole
    return Result(
        figures={"matrix": work.album.matrix(whole, signed=method.signed)},
        files={"matrix.parquet": matrices},
        metrics={**summarise(whole), **whole.metrics},
        facts={
            "frames": list(matrices),
            "metrics": dict(whole.metrics),
            "directed": whole.directed,
            "lengths left out": unusable,
        },
        checks=check_matrices(matrices),
    )
