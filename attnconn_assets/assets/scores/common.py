"""What every benchmark does with its scores: store them, and tell of them."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.store import WHOLE
from attnconn_core.records import Cohort, Connectivity

__all__ = ["picture_writers", "score_asset", "whole_scan"]


def score_asset(
    work: Work,
    tables: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, bytes],
    cohort: Cohort | None,
    facts: Mapping[str, Any],
) -> Made:
    """Store a benchmark's tables and figure; one run for it, and one below it a method.

    Below it the methods stand side by side; its own holds ``<score>/<method>``, which
    MLflow charts score by score. Without a cohort the scores are of no subjects.
    """
    scores = tables["scores"]
    means = scores.groupby("method", sort=False).mean(numeric_only=True)
    who: dict[str, Any] = {}
    if cohort is not None:
        who = {"sessions": len(cohort.sessions), "excluded": dict(cohort.excluded)}
        who["cohort"] = cohort.digest
    parameters = {**work.recipe.settings, **({"cohort": who["cohort"]} if who else {})}
    named = work.study.name if work.partition == WHOLE else f"{work.study.name} {work.partition}"
    with work.tracked(parameters=parameters) as run:
        for each, picture in pictures.items():
            run.picture(each.removesuffix(".png"), picture)
        below = []
        for method, row in means.iterrows():
            name, own = f"{named} {method}", {**parameters, "method": method}
            with work.tracked(name=name, parameters=own, parent=run) as one:
                one.metrics({str(key): value for key, value in row.items()})
            run.metrics({f"{key}/{method}": value for key, value in row.items()})
            below.append(one)
        writers: dict[str, Any] = {
            f"{each}.parquet": partial(formats.write_table, table=table)
            for each, table in tables.items()
        }
        scans = work.scans()
        run.file("scans.json", json.dumps(scans, indent=1).encode())
        entry = work.save(
            {**writers, **picture_writers(pictures)},
            {**facts, **who},
            run,
        )
    return Made(
        entry,
        {
            "figure": telling.picture(pictures["figure.png"]),
            **{each: telling.table(table) for each, table in tables.items()},
            **({"sessions": who["sessions"], "left out": who["excluded"]} if who else {}),
            "files behind it": len(scans),
            "methods side by side": work.platform.tracking.comparison(
                run.experiment_id, [one.id for one in below]
            ),
            **telling.schema(scores),
        },
    )


def picture_writers(pictures: Mapping[str, bytes]) -> dict[str, Callable[[Path], None]]:
    """Let pictures be stored under their names."""
    return {
        name: partial(formats.write_bytes, content=picture) for name, picture in pictures.items()
    }


def whole_scan(work: Work, method: str, session: str) -> Connectivity:
    """Read the matrix that rests on the whole scan."""
    matrices = work.matrices(method, session)
    return matrices[max(matrices)]
