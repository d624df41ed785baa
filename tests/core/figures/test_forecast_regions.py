"""Ranges of R² over regions are those of the table, and are not taken for intervals."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import forecast_regions
from attnconn_core.forecasting.skill import REGION_QUANTILES, forecast_skill

METHODS = ("granger", "attention_subject", "ar")


@pytest.fixture
def quantiles() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for subject, session in ((1, "a"), (1, "b"), (2, "a")):
        for method in METHODS:
            values = np.sort(rng.uniform(-0.1, 0.6, size=len(REGION_QUANTILES)))
            own = dict(zip(REGION_QUANTILES, values, strict=True))
            rows.append({"subject": subject, "session": session, "method": method, **own})
    return pd.DataFrame(rows)


def test_ranges_are_means_over_subjects(quantiles, written, cut_off, overlapping) -> None:
    figure = forecast_regions(quantiles)
    (axes,) = figure.axes
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names[0] == "Granger (ridge)"
    own = quantiles[quantiles["method"] == "granger"].set_index("subject")
    # The two sessions of a subject count as one subject.
    mean = own.groupby(level=0)[list(REGION_QUANTILES)].mean().mean()
    drawn = {tuple(line.get_xdata()) for line in axes.lines if set(line.get_ydata()) == {0}}
    expected = {
        (mean["r2_region_05"], mean["r2_region_95"]),
        (mean["r2_region_25"], mean["r2_region_75"]),
    }
    np.testing.assert_allclose(sorted(drawn), sorted(expected))
    medians = [
        line.get_xdata()[0] for line in axes.lines if tuple(line.get_ydata()) == (-0.25, 0.25)
    ]
    np.testing.assert_allclose(medians, [mean["r2_region_50"]] * 2)  # white below the bar
    text = written(figure)
    assert "n = 2 subjects, 3 sessions" in text
    assert "no intervals of the mean" in text
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_quantiles_of_the_summary_are_numpys() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(60, 30))
    skill = forecast_skill(truth, truth + rng.normal(size=(60, 30)))
    summary = skill.summary()
    assert summary["r2_region_05"] == np.quantile(skill.r2_per_region, 0.05)
    assert summary["r2_region_50"] == np.median(skill.r2_per_region)
    assert list(summary) == ["r2", "r2_pooled", "mse", *REGION_QUANTILES]


def test_no_row_is_refused(quantiles) -> None:
    with pytest.raises(ParameterError, match="needs a row"):
        forecast_regions(quantiles.iloc[:0])
