"""The one number per method that MLflow shows of a whole score, beside the runs of the methods."""

from attnconn_assets.building.result import Result
from attnconn_core.errors import AttnconnError
from attnconn_core.scoring import Comparable

__all__ = ["main_measure", "mean_recovery"]


def main_measure(score: Comparable, result: Result) -> dict[str, float]:
    """Return ``measure/method`` → value, for the first measure on which methods are compared.

    Empty if the methods can't be compared; the asset `comparison` then reports why.
    """
    try:
        first = next(iter(score.measures(result.tables, result.facts)), None)
    except AttnconnError:
        return {}
    if first is None:
        return {}
    scores = first.compared.scores
    return {
        f"{first.measure}/{method}": float(value)
        for method, value in zip(scores["method"], scores["value"], strict=True)
    }


def mean_recovery(result: Result) -> dict[str, float]:
    """Return ``auroc/method`` → its mean over the data sets of a ground truth."""
    means = result.tables["scores"].groupby("method", sort=False)["auroc"].mean()
    return {f"auroc/{method}": float(value) for method, value in means.items()}
