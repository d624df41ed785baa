"""A session's connectivity estimated again: from its halves, and by models of other seeds."""

from collections.abc import Iterator, Mapping

from attnconn_assets.assets.connectivity.reader import EstimatorFor, Reader
from attnconn_assets.assets.connectivity.repeat_files import FIRST_HALF, SECOND_HALF, seed_file
from attnconn_assets.assets.forecasters.beginning import FRESH, fine_tuning_beginning, fit_from
from attnconn_assets.assets.forecasters.reading import model_for_session
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import SeriesError
from attnconn_core.forecasting import AttentionForecaster, load_forecaster
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import split

__all__ = ["make_repeats"]


def make_repeats(work: Work, reader: Reader) -> Result:
    """Estimate the halves of a session, and the whole of it by models of other seeds."""
    series = work.series()
    files: dict[str, Mapping[int, Connectivity]] = {}
    left_out: dict[str, str] = {}
    if work.settings["split_half"]:
        try:
            files |= _halves(work, series, reader(work))
        except SeriesError as error:  # too short, or a region stands still in one
            left_out["halves"] = str(error)
    method: Method = work.settings["method"]
    for number, forecaster, missing in _models(work):
        if forecaster is None:
            left_out[f"seed {number}"] = missing
            continue
        estimator = method.make(
            forecaster=forecaster,
            test_fraction=work.settings["test_fraction"],
            rescale=work.settings["rescale"],
        )
        matrix = method.named(estimator.estimate(series))
        files[seed_file(number)] = {series.n_frames: matrix}
    return Result(
        files=files,
        metrics={"matrices": len(files)},
        facts={"repeats left out": left_out},
    )


def _halves(
    work: Work, series: TimeSeries, estimator_of: EstimatorFor
) -> dict[str, Mapping[int, Connectivity]]:
    """Estimate both halves, each by a model of another seed where one is trained.

    The first is there already where the study asks for scans of that length.
    """
    method: Method = work.settings["method"]
    first, second = split(series, 0.5)
    stored = work.matrices(method.name, work.partition)
    one = stored.get(first.n_frames) or estimator_of(first, False).estimate(first)
    other = (_of_another_seed(work, second) or estimator_of(second, False)).estimate(second)
    return {
        FIRST_HALF: {first.n_frames: method.named(one)},
        SECOND_HALF: {second.n_frames: method.named(other)},
    }


def _of_another_seed(work: Work, half: TimeSeries) -> Estimator | None:
    """Make what reads the second half ready; None where a study trains with one seed.

    Two models that begin with the same weights agree for that reason alone.
    """
    settings = work.settings
    method: Method = settings["method"]
    if not settings["reseeded"]:
        return None
    configuration = settings["second_configuration"]
    if configuration is None:
        cohort_model, _ = model_for_session(work, work.entry(*settings["second_start"]))
        return method.make(forecaster=cohort_model, rescale=settings["rescale"])
    beginning = FRESH
    if method.needs == "fine-tuned model":
        beginning = fine_tuning_beginning(work, settings["second_start"])
    forecaster = fit_from(beginning, configuration, [half]).forecaster
    return method.make(forecaster=forecaster)


def _models(work: Work) -> Iterator[tuple[int, AttentionForecaster | None, str]]:
    """Read the models of other seeds; None, and why, of a session that has none."""
    for number, asset in enumerate(work.settings["reseeded"], start=2):
        if work.settings["method"].needs == "cohort model":
            yield number, model_for_session(work, work.entry(asset, WHOLE))[0], ""
            continue
        entry = work.entry(asset)
        if "model.safetensors" in entry.files:
            yield number, load_forecaster(work.path(entry, "model.safetensors"))[0], ""
        else:
            yield number, None, str(entry.facts["left out"])
