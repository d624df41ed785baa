import pandas as pd

from attnconn_assets.assets.report.limits import limits


def test_differences_that_cannot_be_told_are_half_of_the_median_interval():
    pairs = pd.DataFrame(
        {
            "score": ["fingerprint"] * 3 + ["forecast"],
            "measure": ["accuracy"] * 3 + ["R²"],
            "lower": [-0.1, 0.0, -0.4, -0.0001],
            "upper": [0.1, 0.5, 0.6, 0.0001],
        }
    )
    verdicts = pd.DataFrame(
        {
            "score": ["fingerprint", "forecast", "recovery"],
            "measure": ["accuracy", "R²", "AUPRC"],
            "column": ["identified", "forecast R²", ""],
            "digits": [2, 3, 3],
            "n": [7, 7, 10],
            "unit": ["subjects", "subjects", "data sets"],
        }
    )
    (sentence,) = limits(pairs, verdicts)
    assert sentence.startswith(
        "With 7 subjects, the 95 % interval of a difference between two methods typically reaches "
        "this far to each side: 0.25 (identified) (median"
    )
    assert sentence.endswith("only if it is much alike in all subjects.")
    assert limits(pairs.head(0), verdicts) == []
