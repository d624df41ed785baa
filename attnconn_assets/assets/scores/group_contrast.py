"""Contrast: in which edges two groups of subjects differ."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from attnconn_assets.assets.connectivity.specs import methods, traits
from attnconn_assets.assets.inputs.phenotypes import has_phenotypes
from attnconn_assets.assets.scores.common import whole_scan
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Kind, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.settings import ContrastSettings
from attnconn_assets.study.study import Study
from attnconn_core.errors import CohortError
from attnconn_core.figures import matrix_gallery, png
from attnconn_core.records import Cohort, Connectivity
from attnconn_core.scoring import NetworkBasedStatistic, network_based_statistic

__all__ = ["specs"]

_LEVEL = 0.05


def specs(study: Study) -> list[AssetSpec]:
    """One asset, if the study names groups and says who is of which."""
    if study.contrast is None or not has_phenotypes(study):
        return []
    return [_spec(study, study.contrast)]


def _spec(study: Study, contrast: ContrastSettings) -> AssetSpec:
    needs: dict[str, Kind] = {"phenotypes": "whole", **dict.fromkeys(methods(study), "session")}
    listed = {"methods": methods(study), "quorum": study.quorum}
    return AssetSpec(
        Recipe(
            "group_contrast",
            ("attnconn_core.scoring.edges.network_based_statistic",),
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
    groups = _groups(work, contrast, cohort)
    regions = work.platform.region_table.regions
    tables, pictured = [], []
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
        tables.append(_components(method, found, regions))
        pictured.append(_pictured(method, found, regions))
    told = f"{contrast.column} {contrast.first} minus {contrast.second}"
    picture = matrix_gallery(
        pictured,
        work.platform.region_table,
        dict.fromkeys(methods(work.study), True),
        f"t of edges in components with p below {_LEVEL}: {told}",
    )
    sizes = [len(group) for group in groups]
    return _contrasted(work, pd.concat(tables, ignore_index=True), png(picture), sizes, cohort)


def _groups(work: Work, contrast: ContrastSettings, cohort: Cohort) -> list[list[str]]:
    """Find a session of each subject of either group."""
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
    return groups


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


def _pictured(method: str, found: NetworkBasedStatistic, regions: tuple[str, ...]) -> Connectivity:
    """Lay out t in the components that chance seldom makes, and nothing elsewhere."""
    directed = traits(method).directed
    shown = np.full(found.t.shape, np.nan)
    for component in found.components:
        if component.p < _LEVEL:
            for t, s in component.edges:
                shown[t, s] = found.t[t, s]
                if not directed:
                    shown[s, t] = found.t[t, s]
    return Connectivity(shown, regions, method, directed)


def _contrasted(
    work: Work, table: pd.DataFrame, picture: bytes, sizes: list[int], cohort: Cohort
) -> Made:
    least = table.groupby("method")["p"].min().to_dict()
    facts: dict[str, Any] = {"subjects of first": sizes[0], "subjects of second": sizes[1]}
    with work.tracked(parameters={**work.recipe.settings, "cohort": cohort.digest}) as run:
        run.metrics({**facts, **{f"p/{method}": float(p) for method, p in least.items()}})
        run.picture("components", picture)
        entry = work.save(
            {
                "components.parquet": partial(formats.write_table, table=table),
                "figure.png": partial(formats.write_bytes, content=picture),
            },
            {**facts, "cohort": cohort.digest},
            run,
        )
    return Made(
        entry,
        {
            "differences": telling.picture(picture),
            "components": telling.table(table),
            **telling.numbers(facts),
            **telling.schema(table),
        },
    )
