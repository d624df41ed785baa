import pandas as pd

from attnconn_assets.assets.report.further_scores import further_score_text


def test_the_first_three_values_of_every_method_are_given_without_their_intervals():
    table = pd.DataFrame(
        {
            "method": ["pearson", "pearson", "granger"],
            "retest_r": [0.5, 0.7, -0.25],
            "retest_r_lower": [0.1, 0.2, -0.5],
            "n": [2, 4, 3],
            "p": [0.5, 0.5, 0.25],
            "power": [1.0, 1.0, 1.0],
        }
    )
    assert further_score_text("Agreement", table) == (
        "Agreement (retest r, n, p, …; means per method): pearson 0.600 / 3.000 / 0.500, "
        "granger −0.250 / 3.000 / 0.250"
    )


def test_a_score_without_numbers_is_said_to_be_in_the_report():
    table = pd.DataFrame({"method": ["pearson"], "verdict": ["sound"]})
    assert further_score_text("Agreement", table) == "Agreement: its values are in the report"
