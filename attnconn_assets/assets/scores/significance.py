"""Significance: which edges of a scan are there at all."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from attnconn_assets.assets.connectivity import specs as connectivity
from attnconn_assets.assets.connectivity.matrices import EstimatorFor
from attnconn_assets.assets.connectivity.specs import traits
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.study import Study
from attnconn_core.records import Connectivity
from attnconn_core.scoring import (
    EdgeSignificance,
    edge_mask,
    edge_significance,
)

__all__ = ["specs"]

_LEVEL = 0.05
_FEW = 5  # surrogates after which the time of all is reckoned
_LONG = 60.0  # seconds that are worth a word
_SCORING = "attnconn_core.scoring"


def specs(study: Study) -> list[AssetSpec]:
    """One asset a method whose edges are tested, if the study names any."""
    tested = {
        spec.name: spec
        for spec in connectivity.specs(study)
        if spec.name in study.significance.methods
    }
    return [_spec(study, spec) for spec in tested.values()]


def _spec(study: Study, method: AssetSpec) -> AssetSpec:
    """As the method's own asset is made, and a thousand times more."""
    recipe = method.recipe
    return AssetSpec(
        Recipe(
            f"significance_{method.name}",
            (f"{_SCORING}.edges.significance", *recipe.calls),
            {**recipe.settings, **study.significance.model_dump(exclude={"methods"})},
        ),
        "session",
        partial(
            make_significance,
            method=method.name,
            # What a matrix's own asset is made by.
            estimator_for=method.make.keywords["estimator_for"],  # type: ignore[attr-defined]
        ),
        needs=method.needs,
        from_configuration=method.from_configuration,
        description=f"p and q of every edge by {method.name}, against surrogates of the scan.",
        group="benchmarks",
        kinds=frozenset({"parquet", "mlflow"}),
    )


def make_significance(
    work: Work, method: str, estimator_for: Callable[[Work], EstimatorFor]
) -> Made:
    """Hold a session's edges against surrogates of its scan."""
    series = work.series()
    settings = work.study.significance
    found = edge_significance(
        series,
        estimator_for(work)(series, True),
        surrogates=settings.surrogates,
        kind=settings.kind,
        seed=settings.seed,
        on_surrogate=_teller(work, method, settings.surrogates),
    )
    table = _table(found)
    shown = np.where(found.q < _LEVEL, found.connectivity.values, np.nan)
    kept = Connectivity(shown, series.regions, method, found.connectivity.directed)
    picture = work.platform.album.matrix(kept, signed=traits(method).signed)
    numbers = {
        "edges": len(table),
        "q below 0.05": int((table["q"] < _LEVEL).sum()),
        "least p there can be": 1 / (settings.surrogates + 1),
    }
    with work.tracked("significance", f"{method} {work.partition}") as run:
        run.metrics(numbers)
        run.picture("edges", picture)
        entry = work.save(
            {"edges.parquet": partial(formats.write_table, table=table)}, numbers, run
        )
    return Made(
        entry,
        {
            "edges with q below 0.05": telling.picture(picture),
            **telling.numbers(numbers),
            **telling.schema(table),
        },
    )


def _teller(work: Work, method: str, surrogates: int) -> Callable[[int], None]:
    """Say how long it will take where that is long: first after a few, then ten times."""
    began, every = time.monotonic(), max(1, surrogates // 10)

    def tell(number: int) -> None:
        if number == _FEW or (number > _FEW and number % every == 0):
            left = (time.monotonic() - began) / number * (surrogates - number)
            if left > _LONG:
                work.platform.log.info(
                    f"{method} of {work.partition}: {number} of {surrogates} surrogates read, "
                    f"about {left / 60:.0f} min to go"
                )

    return tell


def _table(found: EdgeSignificance) -> pd.DataFrame:
    values = found.connectivity.values
    target, source = np.nonzero(edge_mask(len(values), found.connectivity.directed))
    regions = np.array(found.connectivity.regions)
    return pd.DataFrame(
        {
            "target": regions[target],
            "source": regions[source],
            "value": values[target, source],
            "p": found.p[target, source],
            "q": found.q[target, source],
        }
    )
