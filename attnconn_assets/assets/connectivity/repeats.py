"""A session's connectivity estimated from each of its halves."""

from collections.abc import Callable, Mapping

from attnconn_assets.assets.connectivity.reader import EstimatorFor, Reader
from attnconn_assets.assets.connectivity.repeat_files import FIRST_HALF, SECOND_HALF
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import split

__all__ = ["make_repeats", "read_halves", "repeated"]

Files = dict[str, Mapping[int, Connectivity]]


def make_repeats(work: Work, reader: Reader) -> Result:
    """Estimate the halves of a session by a method without a trained model."""
    files, left_out = read_halves(work, reader(work), None)
    return repeated(files, left_out)


def repeated(files: Files, left_out: Mapping[str, str]) -> Result:
    """Return the result of repeated matrices, with the reasons for missing ones."""
    return Result(
        files=files,
        metrics={"matrices": len(files)},
        facts={"repeats left out": dict(left_out)},
    )


def read_halves(
    work: Work,
    estimator_of: EstimatorFor,
    second_of: Callable[[TimeSeries], Estimator] | None,
) -> tuple[Files, dict[str, str]]:
    """Estimate both halves, the second by its own estimator if `second_of` is given.

    The first half is read from the store if the study has scans of that length. If a half is too
    short, or a region is constant in it, only the reason is returned.
    """
    if not work.settings["split_half"]:
        return {}, {}
    method: Method = work.settings["method"]
    first, second = split(work.series(), 0.5)
    stored = work.matrices(method.name, work.partition).get(first.n_frames)
    try:
        one = stored or estimator_of(first, False).estimate(first)
        other = second_of(second) if second_of else estimator_of(second, False)
        return {
            FIRST_HALF: {first.n_frames: method.named(one)},
            SECOND_HALF: {second.n_frames: method.named(other.estimate(second))},
        }, {}
    except SeriesError as error:
        return {}, {"halves": str(error)}
