import pytest

from attnconn_core.connectivity import Granger, Partial, Pearson
from attnconn_core.errors import ParameterError
from attnconn_core.figures import recovery_panel
from attnconn_core.scoring import recovery_scores
from attnconn_core.sources import simulated_truth


@pytest.fixture(scope="module")
def scores():
    estimators = {"granger": Granger(1, 1.0, None), "partial": Partial(), "pearson": Pearson()}
    return recovery_scores(estimators, simulated_truth("linear-10", 4, seed=0))[0]


def test_every_method_has_a_row_in_every_panel(scores, tmp_path):
    figure = recovery_panel(scores, "linear-10")
    detection, both, orientation = figure.axes
    named = [label.get_text() for label in detection.get_yticklabels()]
    assert named == ["Pearson", "Partial correlation", "Granger (ridge)"]
    for axes in (detection, both, orientation):
        assert len(axes.collections) == 3  # points: a collection a method
    assert "direction" in orientation.get_xlabel()
    figure.savefig(tmp_path / "recovery.png")
    assert (tmp_path / "recovery.png").stat().st_size > 10_000


def test_no_method_is_an_error(scores):
    alone = scores[scores["method"] == "chance"]
    with pytest.raises(ParameterError, match="linear-10 needs a method"):
        recovery_panel(alone, "linear-10")
