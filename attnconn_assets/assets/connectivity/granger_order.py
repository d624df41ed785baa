"""Granger's lags and α for the whole cohort."""

from collections.abc import Sequence
from typing import Any

from attnconn_assets.assets.inputs.training_part import training_part
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.study.settings import GrangerSettings
from attnconn_core.connectivity.granger_order import GrangerOrder, choose_granger_order
from attnconn_core.records import TimeSeries

__all__ = ["make_granger_order", "searched_order"]


def make_granger_order(work: Work) -> Result:
    """Choose Granger's lags and α on validation frames, the last frames of the training part."""
    settings = work.settings["granger"]
    if settings.lags is not None and settings.alpha is not None:
        given = {"lags": settings.lags, "alpha": settings.alpha, "r2": None}
        return _result({**given, "units": settings.units})
    cohort = work.cohort()
    trained = [s for s in cohort.sessions if s.group != "test"]
    parts = [training_part(work, s.key, settings.max_lags + 1) for s in trained]
    chosen = searched_order(settings, work.settings["test_fraction"], parts)
    order = {"lags": chosen.lags, "alpha": chosen.alpha, "r2": chosen.r2, "units": chosen.units}
    search = {"candidates tried": len(chosen.visited), "sessions": len(parts)}
    return _result(order, search, chosen.notes)


def _result(
    order: dict[str, Any], search: dict[str, Any] | None = None, notes: Sequence[str] = ()
) -> Result:
    return Result(
        files={"order.json": order},
        metrics={
            "lags": order["lags"],
            "alpha": order["alpha"],
            "validation_r2": order["r2"],
            **(search or {}),
        },
        facts={**order, **({"notes": list(notes)} if notes else {})},
    )


def searched_order(
    settings: GrangerSettings, test_fraction: float, parts: Sequence[TimeSeries]
) -> GrangerOrder:
    """Search lags and α with the study's settings, in series without test frames."""
    search = settings.model_dump(exclude={"lags", "alpha"})  # None stands for the default
    return choose_granger_order(parts, **search, test_fraction=test_fraction)
