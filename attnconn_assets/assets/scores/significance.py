"""Significance: tests a session's edges against surrogates of its scan."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from attnconn_assets.assets.connectivity.reader import Reader
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.method import Method
from attnconn_core.records import Connectivity
from attnconn_core.scoring import EdgeSignificance, edge_mask, edge_significance

__all__ = ["make_significance", "significance_of"]

_LEVEL = 0.05
_FEW = 5  # surrogates before the total time is estimated
_LONG = 60.0  # shortest remaining time, in seconds, that is logged


def significance_of(method: Method) -> str:
    """Return the name of the asset that tests a method's edges."""
    return f"significance_{method.name}"


def make_significance(work: Work, reader: Reader) -> Result:
    """Test a session's edges against surrogates of its scan."""
    series = work.series()
    method: Method = work.settings["method"]
    settings = work.settings["significance"]
    significance = edge_significance(
        series,
        reader(work)(series, True),
        surrogates=settings.surrogates,
        kind=settings.kind,
        seed=settings.seed,
        on_surrogate=_remaining_time(work, method.name, settings.surrogates),
    )
    table = _table(significance)
    shown = np.where(significance.q < _LEVEL, significance.connectivity.values, np.nan)
    kept = Connectivity(shown, series.regions, method.name, significance.connectivity.directed)
    numbers = {
        "edges": len(table),
        "q below 0.05": int((table["q"] < _LEVEL).sum()),
        "lowest possible p": 1 / (settings.surrogates + 1),
    }
    return Result(
        tables={"edges": table},
        thumbnails={"edges with q below 0.05": work.album.matrix(kept, signed=method.signed)},
        metrics=numbers,
        facts=numbers,
    )


def _remaining_time(work: Work, method: str, surrogates: int) -> Callable[[int], None]:
    """Return a function that logs the remaining time if it is long, about ten times."""
    began, every = time.monotonic(), max(1, surrogates // 10)

    def tell(number: int) -> None:
        if number == _FEW or (number > _FEW and number % every == 0):
            left = (time.monotonic() - began) / number * (surrogates - number)
            if left > _LONG:
                work.log(
                    f"{method} of {work.partition}: {number} of {surrogates} surrogates done, "
                    f"about {left / 60:.0f} min to go"
                )

    return tell


def _table(significance: EdgeSignificance) -> pd.DataFrame:
    values = significance.connectivity.values
    target, source = np.nonzero(edge_mask(len(values), significance.connectivity.directed))
    regions = np.array(significance.connectivity.regions)
    return pd.DataFrame(
        {
            "target": regions[target],
            "source": regions[source],
            "value": values[target, source],
            "p": significance.p[target, source],
            "q": significance.q[target, source],
        }
    )
