import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import intraclass_correlation

# Shrout & Fleiss 1979, table 2: six targets, four judges.
PUBLISHED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


@pytest.mark.parametrize(
    ("model", "expected"), [("one_way", 0.17), ("agreement", 0.29), ("consistency", 0.71)]
)
def test_equals_the_published_table(model, expected):
    found = intraclass_correlation(PUBLISHED[..., None], model)
    assert round(found[0], 2) == expected


@pytest.mark.parametrize("model", ["one_way", "agreement", "consistency"])
def test_equals_the_formula_on_statsmodels_mean_squares(model):
    rng = np.random.default_rng(0)
    ratings = rng.normal(size=(12, 3, 5)) + rng.normal(size=(12, 1, 5)) + [[[0], [0.5], [1]]]
    found = intraclass_correlation(ratings, model)
    for edge in range(5):
        table = pd.DataFrame(ratings[..., edge]).melt(ignore_index=False, var_name="session")
        table["subject"] = table.index
        two = anova_lm(ols("value ~ C(subject) + C(session)", table).fit())["mean_sq"]
        one = anova_lm(ols("value ~ C(subject)", table).fit())["mean_sq"]
        between, left = two["C(subject)"], two["Residual"]
        expected = {
            "one_way": (between - one["Residual"]) / (between + 2 * one["Residual"]),
            "agreement": (between - left)
            / (between + 2 * left + 3 * (two["C(session)"] - left) / 12),
            "consistency": (between - left) / (between + 2 * left),
        }[model]
        assert found[edge] == pytest.approx(expected, abs=1e-8)


def test_sessions_that_repeat_are_wholly_reliable_and_noise_is_not():
    rng = np.random.default_rng(1)
    once = rng.normal(size=(30, 1, 400))
    assert np.allclose(intraclass_correlation(np.repeat(once, 2, axis=1)), 1)
    noise = intraclass_correlation(rng.normal(size=(30, 2, 400)))
    assert abs(noise.mean()) < 0.03  # 400 edges of deviation 0.18


def test_an_edge_that_does_not_vary_has_none():
    ratings = np.random.default_rng(2).normal(size=(5, 2, 2))
    ratings[..., 1] = 0.1
    found = intraclass_correlation(ratings)
    assert np.isfinite(found[0])
    assert np.isnan(found[1])


@pytest.mark.parametrize("shape", [(1, 2, 3), (3, 1, 3)])
def test_too_few_are_refused(shape):
    with pytest.raises(ParameterError, match="at least 2 subjects and 2 sessions"):
        intraclass_correlation(np.ones(shape))


def test_within_pools_a_difference_between_pools_is_none_between_subjects():
    """Mean squares as statsmodels has them for subjects nested in pools."""
    rng = np.random.default_rng(3)
    pools = np.array([0] * 5 + [1] * 7)
    ratings = rng.normal(size=(12, 2, 3)) + rng.normal(size=(12, 1, 3)) + 10 * pools[:, None, None]
    found = intraclass_correlation(ratings, "one_way", pools)
    for edge in range(3):
        table = pd.DataFrame(ratings[..., edge]).melt(ignore_index=False, var_name="session")
        table["subject"], table["pool"] = table.index, pools[table.index]
        # The subjects' squares beyond the pools'.
        whole = anova_lm(ols("value ~ C(subject)", table).fit())
        pooled = anova_lm(ols("value ~ C(pool)", table).fit())
        between = (whole.loc["C(subject)", "sum_sq"] - pooled.loc["C(pool)", "sum_sq"]) / 10
        left = whole.loc["Residual", "mean_sq"]
        assert found[edge] == pytest.approx((between - left) / (between + left), abs=1e-8)
    assert (intraclass_correlation(ratings, "one_way") > 0.85).all()
    noise = rng.normal(size=(40, 2, 300)) + 5 * (np.arange(40) % 2)[:, None, None]
    for model in ("one_way", "agreement", "consistency"):
        assert abs(intraclass_correlation(noise, model, np.arange(40) % 2).mean()) < 0.03


def test_pools_of_one_have_no_difference_between_subjects():
    with pytest.raises(ParameterError, match="2 subjects in a pool and 2 sessions; got 3 and 2"):
        intraclass_correlation(np.ones((3, 2, 1)), pools=np.arange(3))
