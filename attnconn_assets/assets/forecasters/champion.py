"""The champion: the cohort configuration with the best forecasts, registered in MLflow."""

from collections.abc import Iterable, Mapping

import pandas as pd
from matplotlib.figure import Figure

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import Entry
from attnconn_assets.tracking.registry import Registered
from attnconn_core.errors import StudyError
from attnconn_core.figures import sweep_panel, varied

__all__ = ["make_champion", "without_validation"]


def make_champion(work: Work) -> Result:
    """Compare the configurations, and register the models of the best one."""
    names = work.settings["configurations"]
    entries = {name: work.entry("group_forecaster", name) for name in names}
    scores = {name: entry.facts["validation_r2"] for name, entry in entries.items()}
    judged = {name: r2 for name, r2 in scores.items() if r2 is not None}
    if not judged and len(scores) > 1:
        raise StudyError(without_validation(scores))
    best = max(judged or scores, key=lambda name: judged.get(name, 0.0))
    table = pd.DataFrame(
        {"configuration": list(scores), "validation_r2": [scores[name] for name in scores]}
    ).astype({"validation_r2": "float64"})
    work.runs.own({"champion": best})
    registered = _register(work, best, entries[best])
    if unjudged := sorted(scores.keys() - judged.keys()):
        work.log(without_validation(unjudged))
    notes = [note for alias, model in registered.items() if (note := model.in_words(alias))]
    for note in notes:
        work.log(note)
    return Result(
        tables={"scores": table},
        figures=_sweep(work, entries, judged, best),
        metrics={f"validation_r2/{name}": r2 for name, r2 in scores.items()},
        facts={
            "champion": best,
            "versions": {alias: model.version for alias, model in registered.items()},
            "aliases": notes,
        },
        beside=tuple(entries.values()),
    )


def _sweep(
    work: Work, entries: Mapping[str, Entry], judged: Mapping[str, float], best: str
) -> dict[str, Figure]:
    """Draw the effect of every hyper-parameter that varies; nothing if none does."""
    settings = {name: work.settings["parameters"][name] for name in judged}
    parameters = pd.DataFrame(settings).T
    if not judged or not varied(parameters.astype(str)):
        return {}
    folds = [len(entries[name].facts["folds"]) for name in judged]
    table = pd.DataFrame({"validation_r2": judged.values(), "folds": folds}, index=parameters.index)
    return {"sweep": sweep_panel(table, parameters, best)}


def without_validation(configurations: Iterable[str]) -> str:
    """Return why configurations can't become champion, and what to do about it."""
    return (
        "a champion is chosen on validation frames, so it must be among the configurations with a "
        f"validation_fraction in their training; these have none: {', '.join(configurations)}"
    )


def _register(work: Work, configuration: str, entry: Entry) -> dict[str, Registered]:
    """Register all models of a configuration; return them by alias.

    A cross-fitted configuration has several. The first has the alias ``champion``, the others
    ``champion-<fold>``.
    """
    registered: dict[str, Registered] = {}
    for name, file in entry.files.items():
        fold = name.removesuffix(".safetensors")
        alias = f"champion-{fold}" if registered else "champion"
        registered[alias] = work.runs.register(
            "group_forecaster",
            work.path(entry, name),
            entry.made_by["mlflow_run"],
            {"sha256": file.sha256, "configuration": configuration, "fold": fold},
            alias,
        )
    return registered
