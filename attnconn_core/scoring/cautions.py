"""Cautions: methods whose matrices must not be interpreted, and why."""

from collections.abc import Iterable, Mapping

__all__ = ["join_cautions"]

_PREFIX = "do not interpret this matrix: "


def join_cautions(reasons: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return one caution per method, joined from those of all scores.

    Parameters
    ----------
    reasons
        For every score that is `Cautious`: method → why its matrix must not be interpreted.

    Examples
    --------
    >>> join_cautions([{"attention_group": "seeds agree at r = .34"}, {}])
    {'attention_group': 'do not interpret this matrix: seeds agree at r = .34'}
    """
    by_method: dict[str, list[str]] = {}
    for score_reasons in reasons:
        for method, why in score_reasons.items():
            by_method.setdefault(method, []).append(why)
    return {method: _PREFIX + "; ".join(every) for method, every in by_method.items()}
