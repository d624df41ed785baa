"""A session's matrices by one method, at every penalty that a score can choose."""

from attnconn_assets.assets.connectivity.matrices import estimate_lengths
from attnconn_assets.assets.connectivity.penalty_files import PENALTIES, penalty_file
from attnconn_assets.assets.connectivity.reader import EstimatorFor, Reader
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.penalty import Penalty
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity

__all__ = ["make_penalised"]


def make_penalised(work: Work, reader: Reader) -> Result:
    """Estimate the whole scan and its first frames at every penalty.

    Penalties at which the whole scan can't be estimated are left out, with the reason.
    """
    method: Method = work.settings["method"]
    penalty: Penalty = work.settings["penalty"]
    series, lengths, estimator_of = work.series(), work.settings["scan_lengths"], reader(work)
    files: dict[str, dict[int, Connectivity]] = {}
    left_out: dict[str, str] = {}
    for number, value in enumerate(penalty.values, start=1):
        try:
            estimators = _at(penalty, value, estimator_of)
            matrices, unusable = estimate_lengths(series, lengths, method, estimators)
        except SeriesError as error:
            left_out[f"{value:g}"] = str(error)
            continue
        files[penalty_file(number)] = matrices
        left_out |= {f"{value:g}, {frames} frames": why for frames, why in unusable.items()}
    return Result(
        files=files,
        metrics={"penalties": len(files)},
        facts={PENALTIES: list(penalty.values), "penalties left out": left_out},
    )


def _at(penalty: Penalty, value: float, estimator_of: EstimatorFor) -> EstimatorFor:
    return lambda part, is_whole: penalty.at(estimator_of(part, is_whole), value)
