"""A session's matrices by one method: what every connectivity asset does alike."""

from attnconn_assets.assets.connectivity.matrix_checks import check_matrices
from attnconn_assets.assets.connectivity.reader import Reader
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.summary import summarise
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity
from attnconn_core.timeseries import head

__all__ = ["make_matrices"]


def make_matrices(work: Work, reader: Reader) -> Result:
    """Estimate a session's connectivity from the whole scan and from its first frames."""
    series = work.series()
    estimator_of = reader(work)
    method: Method = work.settings["method"]
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
