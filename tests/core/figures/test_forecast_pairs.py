"""One method's R² against every other's, with the mean difference over subjects."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from attnconn_core.errors import ParameterError
from attnconn_core.figures import forecast_pairs

METHODS = ("ar", "ridge_var", "ridge_var_own_past", "granger", "attention_subject")
ORDERED = ("granger", "ar", "ridge_var", "ridge_var_own_past")


@pytest.fixture
def r2() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([[f"10030{number}" for number in range(7)], ["a", "b"]])
    values = np.random.default_rng(0).normal(0.45, 0.03, size=(14, len(METHODS)))
    return pd.DataFrame(values, index=index, columns=list(METHODS))


def test_every_session_is_a_point_of_every_other_forecaster(r2: pd.DataFrame) -> None:
    panels = forecast_pairs(r2, "attention_subject").axes
    for axes, other in zip(panels, ORDERED, strict=False):
        np.testing.assert_allclose(
            axes.collections[0].get_offsets(), r2[[other, "attention_subject"]]
        )
        assert axes.get_xlim() == axes.get_ylim() == panels[0].get_xlim()
    assert panels[0].get_title().startswith("Granger (ridge)\n")


def test_the_mean_difference_is_over_subjects_with_its_interval(r2: pd.DataFrame) -> None:
    axes = forecast_pairs(r2, "attention_subject").axes[0]
    by_subject = (r2["attention_subject"] - r2["granger"]).groupby(level=0).mean()
    low, high = ttest_1samp(by_subject, 0).confidence_interval(0.95)
    said = f"{by_subject.mean():+.3f} [{low:+.3f}, {high:+.3f}]".replace("-", "−")
    assert axes.get_title().splitlines()[1] == said


def test_n_and_direction_are_said_and_nothing_is_cut_off(
    r2: pd.DataFrame, written, cut_off, overlapping
) -> None:
    figure = forecast_pairs(r2, "attention_subject")
    said = " ".join(written(figure).split())
    assert "n = 7 subjects, 14 sessions" in said
    assert "above the line the method on the y axis forecasts better" in said
    assert "interval over subjects, uncorrected for the 4 comparisons" in said
    assert "uncorrected" not in written(forecast_pairs(r2[["ar", "granger"]], "granger"))
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_forecasters_without_a_session_in_common_are_left_out(r2: pd.DataFrame) -> None:
    r2["pearson"] = np.nan
    titles = [axes.get_title() for axes in forecast_pairs(r2, "attention_subject").axes]
    assert not any("Pearson" in title for title in titles)


def test_of_very_many_forecasters_the_rest_is_counted(written) -> None:
    names = ["attention_subject", *(f"m{number}" for number in range(15))]
    values = np.random.default_rng(0).normal(size=(4, 16))
    index = pd.MultiIndex.from_product([["a", "b"], ["test", "retest"]])
    figure = forecast_pairs(pd.DataFrame(values, index, names), "attention_subject")
    assert len(figure.axes) == 12
    assert "3 more forecasters aren't drawn" in " ".join(written(figure).split())


def test_what_can_not_be_drawn_is_refused(r2: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="needs a column partial; got ar"):
        forecast_pairs(r2, "partial")
    with pytest.raises(ParameterError, match="no other forecaster"):
        forecast_pairs(r2[["ar"]], "ar")
