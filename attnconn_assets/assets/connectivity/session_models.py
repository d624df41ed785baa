"""Methods that read a session's own model, trained or fine-tuned on it."""

from attnconn_assets.assets.connectivity.reader import EstimatorFor
from attnconn_assets.assets.forecasters.beginning import FRESH, Beginning, fit_from
from attnconn_assets.assets.forecasters.reading import read_forecaster
from attnconn_assets.assets.forecasters.session_models import fine_tuning_of
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.method import Method
from attnconn_core.forecasting import AttentionForecaster
from attnconn_core.records import TimeSeries

__all__ = ["read_finetuned_model", "read_session_model"]


def read_session_model(work: Work) -> EstimatorFor:
    """Return estimators that read the session's model; each shortened scan is trained on alone."""
    return _reader(work, read_forecaster(work, "subject_forecaster", work.partition), FRESH)


def read_finetuned_model(work: Work) -> EstimatorFor:
    """Return estimators that read the fine-tuned model; each shortened scan is tuned on alone."""
    stored = read_forecaster(work, "finetuned_forecaster", work.partition)
    return _reader(work, stored, fine_tuning_of(work))


def _reader(work: Work, stored: AttentionForecaster, beginning: Beginning) -> EstimatorFor:
    method: Method = work.settings["method"]
    configuration = work.settings["configuration"]
    test_fraction = work.settings["test_fraction"]

    def estimator_of(part: TimeSeries, is_whole: bool) -> Estimator:
        if is_whole:
            return method.make(forecaster=stored, test_fraction=test_fraction, saw_subject=True)
        fitted = fit_from(beginning, configuration, [part])
        return method.make(forecaster=fitted.forecaster, saw_subject=True)

    return estimator_of
