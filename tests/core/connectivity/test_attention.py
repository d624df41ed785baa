import numpy as np
import pytest

from attnconn_core.connectivity import Attention
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.forecasting import ForecasterConfig, load_reference_checkpoint

TOLERANCE = 1e-5  # the reference computes in float32


@pytest.fixture(scope="module")
def forecaster(golden, figures):
    stored = figures["model"]["config"]
    config = ForecasterConfig(
        input_window=stored["input_window"],
        output_window=stored["output_window"],
        hidden_dim=stored["hidden_dim"],
        input_layers=stored["num_input_layers"],
        prediction_layers=stored["num_prediction_layers"],
        bottleneck_dim=stored["bottleneck_dim"],
        attention_dropout=stored["attention_dropout_rate"],
    )
    return load_reference_checkpoint(golden / "model.pt", config)


@pytest.fixture(scope="module")
def read(golden, as_series):
    """The series that the reference's model was read on, and its mean attention."""
    with np.load(golden / "model_outputs.npz") as stored:
        return as_series(stored["series"].T), stored["mean_attention"]


def test_equals_the_reference(forecaster, read):
    series, expected = read
    estimated = Attention(forecaster).estimate(series)
    assert np.abs(estimated.values - expected).max() <= TOLERANCE
    assert (estimated.method, estimated.directed, Attention.signed) == ("attention", True, False)
    assert estimated.metrics["n_windows"] == 495
    assert 0 <= estimated.metrics["empty_rows"] < 1
    assert estimated.metrics["row_sum_error"] < 1e-4
    assert "saw_subject" not in estimated.metrics


@pytest.mark.parametrize("change", ["rows and columns", "half the windows", "runs reversed"])
def test_parity_bites(forecaster, read, as_series, change):
    series, expected = read
    if change == "half the windows":
        series = as_series(series.values[:250])
    if change == "runs reversed":
        series = as_series(series.values[::-1])
    values = Attention(forecaster).estimate(series).values
    if change == "rows and columns":
        values = values.T
    assert np.abs(values - expected).max() > TOLERANCE


@pytest.mark.parametrize(("saw", "recorded"), [(True, 1.0), (False, 0.0)])
def test_says_whether_its_model_saw_the_subject(forecaster, read, saw, recorded):
    estimated = Attention(forecaster, "attention_subject", saw_subject=saw).estimate(read[0])
    assert estimated.metrics["saw_subject"] == recorded
    assert estimated.method == "attention_subject"


def test_bad_series_are_refused(forecaster, read, as_series):
    values = read[0].values.copy()
    with pytest.raises(SeriesError, match="a window needs 6 consecutive frames"):
        Attention(forecaster).estimate(as_series(values[:5]))
    with pytest.raises(ParameterError, match="12"):
        Attention(forecaster).estimate(as_series(values[:, :7]))
    values[4, 2] = np.inf
    with pytest.raises(SeriesError, match=r"attention: .*region 2"):
        Attention(forecaster).estimate(as_series(values))
