"""The champion: the group configuration that forecasts best, under a name to ask for it."""

from functools import partial

import pandas as pd

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import Entry
from attnconn_assets.study.study import Study
from attnconn_core.errors import StudyError

__all__ = ["specs"]

_ALIAS = "champion"


def specs(study: Study) -> list[AssetSpec]:
    """One asset over every group configuration of the study."""
    return [
        AssetSpec(
            recipe=Recipe(
                "champion",
                ("attnconn_core.forecasting.fitting",),
                {"configurations": list(study.configurations)},
            ),
            partitioned="whole",
            make=make_champion,
            needs={"group_forecaster": "configuration"},
            description="The group configuration of the highest R² on validation frames, "
            "registered in MLflow as champion.",
            group="forecasters",
            kinds=frozenset({"mlflow"}),
        )
    ]


def make_champion(work: Work) -> Made:
    """Hold the configurations side by side, and register the best one's models."""
    entries = {name: work.entry("group_forecaster", name) for name in work.study.configurations}
    scores = {name: entry.facts["validation_r2"] for name, entry in entries.items()}
    unjudged = [name for name, r2 in scores.items() if r2 is None]
    if unjudged and len(scores) > 1:
        raise StudyError(
            "a champion is chosen on validation frames, so that every group configuration needs a "
            f"validation_fraction in its training; without one: {', '.join(unjudged)}"
        )
    best = max(scores, key=lambda name: scores[name] or 0.0)
    table = pd.DataFrame(
        {"configuration": list(scores), "validation_r2": [scores[name] for name in scores]}
    ).astype({"validation_r2": "float64"})
    winner = entries[best]
    side_by_side = work.platform.tracking.comparison(
        winner.made_by["mlflow_experiment"],
        [entry.made_by["mlflow_run"] for entry in entries.values()],
    )
    with work.tracked(parameters={"champion": best}) as run:
        run.metrics({f"validation_r2/{name}": r2 for name, r2 in scores.items()})
        versions = _register(work, best, winner)
        entry = work.save(
            {"scores.parquet": partial(formats.write_table, table=table)},
            {"champion": best, "versions": versions},
            run,
        )
    return Made(
        entry,
        {
            "champion": best,
            "configurations": telling.table(table),
            "configurations side by side": side_by_side,
            "registered": versions,
            **telling.schema(table),
        },
    )


def _register(work: Work, configuration: str, entry: Entry) -> dict[str, str]:
    """Register every model of a configuration: a cross-fitted one has several.

    The first has the alias ``champion``, the others ``champion-<fold>``.
    """
    name = f"{work.study.name}_group_forecaster"
    versions: dict[str, str] = {}
    for file_name, file in entry.files.items():
        fold = file_name.removesuffix(".safetensors")
        versions[fold] = work.platform.tracking.register(
            name,
            work.path(entry, file_name),
            entry.made_by["mlflow_run"],
            {"sha256": file.sha256, "configuration": configuration, "fold": fold},
            f"{_ALIAS}-{fold}" if versions else _ALIAS,
        )
    return versions
