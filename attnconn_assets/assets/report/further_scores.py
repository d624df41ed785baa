"""The scores outside the table of methods, as text: their means per method."""

import pandas as pd

from attnconn_core.wording import first_few, number

__all__ = ["further_score_text"]

_COLUMNS = 3  # of values that are shown


def further_score_text(label: str, scores: pd.DataFrame) -> str:
    """Return a score's means per method in one line; the report has all values.

    Parameters
    ----------
    label
        Name of the score for readers.
    scores
        Its table ``scores``, with the column ``method``.

    Examples
    --------
    >>> table = pd.DataFrame({"method": ["pearson", "granger"], "strength": [0.25, 0.5]})
    >>> further_score_text("Strength", table)
    'Strength (strength; means per method): pearson 0.250, granger 0.500'
    """
    means = scores.groupby("method", sort=False).mean(numeric_only=True)
    names = [str(name) for name in means if not str(name).endswith(("_lower", "_upper"))]
    if means.empty or not names:
        return f"{label}: its values are in the report"
    shown = names[:_COLUMNS]
    values = (
        f"{method} {' / '.join(number(row[name], 3) for name in shown)}"
        for method, row in means.iterrows()
    )
    columns = first_few([name.replace("_", " ") for name in names], _COLUMNS)
    return f"{label} ({columns}; means per method): {', '.join(values)}"
