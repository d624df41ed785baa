"""A session's connectivity by models with other seeds, and from each of its halves."""

from functools import partial

from attnconn_assets.assets.connectivity.reader import Reader
from attnconn_assets.assets.connectivity.repeat_files import seed_file
from attnconn_assets.assets.connectivity.repeats import read_halves, repeated
from attnconn_assets.assets.forecasters.beginning import FRESH, fine_tuning_beginning, fit_from
from attnconn_assets.assets.forecasters.reading import model_for_session
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.method import Method
from attnconn_core.forecasting import AttentionForecaster, load_forecaster
from attnconn_core.records import TimeSeries

__all__ = ["make_trained_repeats"]


def make_trained_repeats(work: Work, reader: Reader) -> Result:
    """Estimate the halves of a session, and the whole session by models with other seeds.

    If the study trains with several seeds, each half's model has its own. Two models that start
    with the same weights would agree for that reason alone.
    """
    series = work.series()
    method: Method = work.settings["method"]
    others = work.settings["reseeded"]
    files, left_out = read_halves(
        work, reader(work), partial(_of_another_seed, work) if others else None
    )
    for number, asset in enumerate(others, start=2):
        forecaster, missing = _model(work, asset)
        if forecaster is None:
            left_out[f"seed {number}"] = missing
            continue
        estimator = method.make(
            forecaster=forecaster,
            test_fraction=work.settings["test_fraction"],
            rescale=work.settings["rescale"],
        )
        files[seed_file(number)] = {series.n_frames: method.named(estimator.estimate(series))}
    return repeated(files, left_out)


def _of_another_seed(work: Work, half: TimeSeries) -> Estimator:
    """Return the estimator of the second half, with another seed."""
    settings = work.settings
    method: Method = settings["method"]
    configuration = settings["second_configuration"]
    if configuration is None:
        cohort_model, _ = model_for_session(work, work.entry(*settings["second_start"]))
        return method.make(forecaster=cohort_model, rescale=settings["rescale"])
    beginning = FRESH
    if method.needs == "fine-tuned model":
        beginning = fine_tuning_beginning(work, settings["second_start"])
    return method.make(forecaster=fit_from(beginning, configuration, [half]).forecaster)


def _model(work: Work, asset: str) -> tuple[AttentionForecaster | None, str]:
    """Return the model of another seed; None and the reason if the session has none."""
    if work.settings["method"].needs == "cohort model":
        return model_for_session(work, work.entry(asset, WHOLE))[0], ""
    entry = work.entry(asset)
    if "model.safetensors" not in entry.files:
        return None, str(entry.facts["left out"])
    return load_forecaster(work.path(entry, "model.safetensors"))[0], ""
