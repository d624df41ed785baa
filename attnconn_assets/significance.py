"""Significance: which edges of a scan are there at all, and in which edges groups differ."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from attnconn_assets import connectivity, formats, telling
from attnconn_assets.connectivity import methods, traits
from attnconn_assets.inputs import has_phenotypes
from attnconn_assets.lineage import Recipe
from attnconn_assets.matrices import EstimatorFor
from attnconn_assets.scores import whole_scan
from attnconn_assets.significance_settings import ContrastSettings
from attnconn_assets.spec import AssetSpec, Kind, Made
from attnconn_assets.study import Study
from attnconn_assets.work import Work
from attnconn_core.errors import CohortError
from attnconn_core.records import Connectivity
from attnconn_core.scoring import (
    EdgeSignificance,
    NetworkBasedStatistic,
    edge_mask,
    edge_significance,
    network_based_statistic,
)

__all__ = ["specs"]

_LEVEL = 0.05
_SCORING = "attnconn_core.scoring"


def specs(study: Study) -> list[AssetSpec]:
    """One asset a method whose edges are tested, and one of the groups, if the study names any."""
    tested = {
        spec.name: spec
        for spec in connectivity.specs(study)
        if spec.name in study.significance.methods
    }
    found = [_edges_spec(study, spec) for spec in tested.values()]
    if study.contrast is not None and has_phenotypes(study):
        found.append(_contrast_spec(study, study.contrast))
    return found


def _edges_spec(study: Study, method: AssetSpec) -> AssetSpec:
    """As the method's own asset is made, and a thousand times more."""
    recipe = method.recipe
    return AssetSpec(
        Recipe(
            f"significance_{method.name}",
            (f"{_SCORING}.edge_significance", *recipe.calls),
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
    )
    table = _table(found)
    shown = np.where(found.q < _LEVEL, found.connectivity.values, 0.0)
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


def _contrast_spec(study: Study, contrast: ContrastSettings) -> AssetSpec:
    needs: dict[str, Kind] = {"phenotypes": "whole", **dict.fromkeys(methods(study), "session")}
    listed = {"methods": methods(study), "quorum": study.quorum}
    return AssetSpec(
        Recipe(
            "group_contrast",
            (f"{_SCORING}.network_based_statistic",),
            {**listed, **contrast.model_dump()},
        ),
        "whole",
        partial(make_contrast, contrast=contrast),
        needs=needs,
        description=f"Where subjects differ by {contrast.column}: the network-based statistic.",
        group="benchmarks",
        kinds=frozenset({"parquet", "mlflow"}),
    )


def make_contrast(work: Work, contrast: ContrastSettings) -> Made:
    """Find the components in which two groups differ, by every method."""
    cohort = work.cohort(*methods(work.study))
    subject_column = work.study.behaviour.subject_column
    phenotypes = work.table("phenotypes", "phenotypes.parquet").set_index(subject_column)
    says = phenotypes[contrast.column].to_dict() if contrast.column in phenotypes else {}
    groups: list[list[str]] = [
        [s.key for s in cohort.one_each() if says.get(s.subject) == value]
        for value in (contrast.first, contrast.second)
    ]
    if min(len(group) for group in groups) < 2:
        raise CohortError(
            f"a contrast needs 2 subjects a group; {contrast.column} is {contrast.first!r} for "
            f"{len(groups[0])} and {contrast.second!r} for {len(groups[1])}"
        )
    tables = []
    for method in methods(work.study):
        first, second = (
            np.stack([whole_scan(work, method, key).values for key in group]) for group in groups
        )
        found = network_based_statistic(
            first,
            second,
            symmetric=not traits(method).directed,
            **contrast.model_dump(exclude={"column", "first", "second"}),
        )
        tables.append(_components(method, found, work.platform.region_table.regions))
    table = pd.concat(tables, ignore_index=True)
    return _contrasted(work, table, [len(group) for group in groups], cohort.digest)


def _components(
    method: str, found: NetworkBasedStatistic, regions: tuple[str, ...]
) -> pd.DataFrame:
    """A row an edge of a component."""
    rows = [
        (method, number, each.p, each.size, regions[t], regions[s], found.t[t, s])
        for number, each in enumerate(found.components, start=1)
        for t, s in each.edges
    ]
    columns = ["method", "component", "p", "size", "target", "source", "t"]
    return pd.DataFrame(rows, columns=columns)


def _contrasted(work: Work, table: pd.DataFrame, sizes: list[int], cohort: str) -> Made:
    least = table.groupby("method")["p"].min().to_dict()
    facts: dict[str, Any] = {"subjects of first": sizes[0], "subjects of second": sizes[1]}
    with work.tracked(parameters={**work.recipe.settings, "cohort": cohort}) as run:
        run.metrics({**facts, **{f"p/{method}": float(p) for method, p in least.items()}})
        entry = work.save(
            {"components.parquet": partial(formats.write_table, table=table)},
            {**facts, "cohort": cohort},
            run,
        )
    told = {"components": telling.table(table), **telling.numbers(facts), **telling.schema(table)}
    return Made(entry, told)
