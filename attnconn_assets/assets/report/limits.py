"""How uncertain differences are in a study of this size, in words made from its intervals."""

import pandas as pd

from attnconn_core.wording import number

__all__ = ["limits"]


def limits(pairs: pd.DataFrame, verdicts: pd.DataFrame) -> list[str]:
    """Return sentences on the uncertainty of a difference between two methods.

    Parameters
    ----------
    pairs, verdicts
        Tables of the comparison; see `attnconn_core.scoring.join_measures`. May be empty.

    Returns
    -------
    sentences
        For each number of units, the half width of the median 95 % interval of the difference of
        two methods, for every measure of the overview.
    """
    if pairs.empty or verdicts.empty:
        return []
    half = (pairs["upper"] - pairs["lower"]) / 2
    typical = half.groupby([pairs["score"], pairs["measure"]]).median()
    told: dict[str, list[str]] = {}
    for _, row in verdicts[verdicts["column"] != ""].iterrows():
        width = typical.get((row["score"], row["measure"]), float("nan"))
        shown = number(width, int(row["digits"]))
        if width == width and float(shown) > 0:
            of = f"{shown} ({row['column']})"
            told.setdefault(f"{row['n']} {row['unit']}", []).append(of)
    return [
        f"With {n}, the 95 % interval of a difference between two methods typically reaches this "
        f"far to each side: {', '.join(differences)} (median over pairs of methods). A smaller "
        f"difference is shown only if it is much alike in all {n.split(maxsplit=1)[1]}."
        for n, differences in told.items()
    ]
