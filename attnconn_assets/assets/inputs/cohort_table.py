"""The cohort: the sessions of group results, and why others are excluded."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from attnconn_assets.building.cohort import BY_RULE
from attnconn_assets.building.likeness import suspicious_beside_others
from attnconn_assets.building.motion import motion_beside_others
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_core.errors import StoreError
from attnconn_core.figures import carpets

__all__ = ["make_cohort"]

_DRAWN = 12  # sessions with a carpet


def make_cohort(work: Work) -> Result:
    """List all sessions with the measures of `quality`, and why some are excluded.

    Carpets are drawn of those that deserve a look: the excluded, the suspicious, and then those
    that move most. A session that the study excludes by name isn't read.
    """
    cohort = work.cohort()
    excluded = {key: _measured(work, key) for key in cohort.excluded}
    measures = {s.key: work.facts("quality", s.key)["measured"] for s in cohort.sessions} | excluded
    rows = [
        {"session": s.key, "group": s.group or "", "left out": "", **measures[s.key]}
        for s in cohort.sessions
    ]
    rows += [
        {"session": key, "group": "", "left out": why, **measures[key]}
        for key, why in cohort.excluded.items()
    ]
    suspicions = _suspicions(work, [session.key for session in cohort.sessions])
    table = pd.DataFrame(rows).sort_values("session", ignore_index=True)
    readable = [key for key, measured in excluded.items() if measured]
    reasons = {key: cohort.excluded[key].removeprefix(BY_RULE) for key in readable} | suspicions
    return Result(
        tables={"sessions": table},
        figures={"carpets": _carpets(work, measures, reasons)} if measures else {},
        metrics={"in": len(cohort.sessions), "out": len(cohort.excluded)},
        facts={SUSPICIONS: suspicions},
    )


def _measured(work: Work, key: str) -> Mapping[str, float]:
    """Return the measures of an excluded session; empty if it is not to be read, or can't be.

    It is not to be read if its scan was removed, or if the study excludes it by name.
    """
    if work.settings["exclude"].names(key) or not work.has_scan(key):
        return {}
    try:
        work.entry("time_series", key)
        measured: Mapping[str, float] = work.facts("quality", key)["measured"]
    except StoreError:  # its scan can't be read
        return {}
    return measured


def _suspicions(work: Work, keys: Sequence[str]) -> dict[str, str]:
    """Return the suspicious sessions → what is suspicious."""
    of_quality = {key: work.facts("quality", key) for key in keys}
    suspicions = {key: list(facts.get(SUSPICIONS, ())) for key, facts in of_quality.items()}
    beside = (
        suspicious_beside_others({key: work.facts("time_series", key) for key in keys}),
        motion_beside_others(of_quality, work.settings["exclude"]),
    )
    for key, why in (item for found in beside for item in found.items()):
        suspicions[key].append(why)
    return {key: "; ".join(why) for key, why in suspicions.items() if why}


def _carpets(
    work: Work, measures: Mapping[str, Mapping[str, Any]], reasons: Mapping[str, str]
) -> Figure:
    readable = [key for key, measured in measures.items() if measured]
    moved = {key: float(measures[key].get("motion_mean", 0)) for key in readable}
    by_motion = any(moved.values())
    rest = sorted(set(readable) - set(reasons), key=lambda key: (-moved[key], key))
    shown = [*reasons, *rest][:_DRAWN]
    subtitle = f"{len(shown)} of {len(readable)} sessions"
    if len(shown) < len(readable):
        order = ["those left out or suspicious"] if reasons else []
        order.append("those with most motion" if by_motion else "the first in order of name")
        subtitle += f": {', then '.join(order)}"
    return carpets({key: work.series(key) for key in shown}, reasons, subtitle)
