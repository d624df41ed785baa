"""A session's matrices by one method; the body of every connectivity asset."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from attnconn_assets.assets.connectivity.matrix_checks import check_matrices
from attnconn_assets.assets.connectivity.reader import EstimatorFor, Reader
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.summary import summarise
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import head

__all__ = ["estimate_lengths", "make_matrices"]


def make_matrices(work: Work, reader: Reader) -> Result:
    """Estimate a session's connectivity from the whole scan and from its first frames."""
    method: Method = work.settings["method"]
    series, lengths = work.series(), work.settings["scan_lengths"]
    estimator_of, used = reader(work), list[Estimator]()

    def remembered(part: TimeSeries, is_whole: bool) -> Estimator:
        used.append(estimator_of(part, is_whole))
        return used[-1]

    matrices, unusable = estimate_lengths(series, lengths, method, remembered)
    whole_scan = matrices[max(matrices)]
    return Result(
        thumbnails={"matrix": work.album.matrix(whole_scan, signed=method.signed)},
        files={"matrix.parquet": matrices},
        metrics={**summarise(whole_scan), **whole_scan.metrics},
        parameters=_parameters(used[-1]),
        facts={
            "frames": list(matrices),
            "metrics": dict(whole_scan.metrics),
            "directed": whole_scan.directed,
            "lengths left out": unusable,
        },
        checks=check_matrices(matrices),
    )


def _parameters(estimator: Estimator) -> dict[str, Any]:
    """Return the settings of an estimator that are numbers or words, also those chosen on data."""
    if not dataclasses.is_dataclass(estimator):
        return {}
    values = {each.name: getattr(estimator, each.name) for each in dataclasses.fields(estimator)}
    return {
        name: value for name, value in values.items() if isinstance(value, bool | float | int | str)
    }


def estimate_lengths(
    series: TimeSeries, lengths: Sequence[int], method: Method, estimator_of: EstimatorFor
) -> tuple[dict[int, Connectivity], dict[str, str]]:
    """Estimate a session's first frames and its whole scan, in this order.

    Parameters
    ----------
    series
        Series of the session.
    lengths
        Numbers of first frames, ascending; those not below the scan's length are skipped.
    method
        The method, which names the matrices.
    estimator_of
        Function that returns the estimator of a part.

    Returns
    -------
    matrices
        Number of frames → matrix.
    unusable
        Number of frames → why they can't be used: too few, or a region is constant in them.

    Raises
    ------
    SeriesError
        If the whole scan can't be estimated.
    """
    matrices: dict[int, Connectivity] = {}
    unusable: dict[str, str] = {}
    for frames in lengths:
        if frames >= series.n_frames:
            break
        part = head(series, frames)
        try:
            matrices[frames] = method.named(estimator_of(part, False).estimate(part))
        except SeriesError as error:
            unusable[str(frames)] = str(error)
    matrices[series.n_frames] = method.named(estimator_of(series, True).estimate(series))
    return matrices, unusable
