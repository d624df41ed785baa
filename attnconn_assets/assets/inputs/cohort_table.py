"""The cohort: the sessions of group results, and why others are excluded."""

import pandas as pd

from attnconn_assets.building.likeness import suspicious_beside_others
from attnconn_assets.building.motion import motion_beside_others
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.suspicions import SUSPICIONS

__all__ = ["make_cohort"]


def make_cohort(work: Work) -> Result:
    """List all sessions, with the measures of `quality` or the reason for exclusion."""
    cohort = work.cohort()
    rows = [
        {"session": session.key, "group": session.group or "", "left out": ""}
        | dict(work.facts("quality", session.key)["measured"])
        for session in cohort.sessions
    ]
    suspicions = {
        session.key: list(work.facts("quality", session.key).get(SUSPICIONS, ()))
        for session in cohort.sessions
    }
    of_series = {key: work.facts("time_series", key) for key in suspicions}
    for key, why in suspicious_beside_others(of_series).items():
        suspicions[key].append(why)
    of_quality = {key: work.facts("quality", key) for key in suspicions}
    for key, why in motion_beside_others(of_quality, work.settings["exclude"]).items():
        suspicions[key].append(why)
    rows += [{"session": key, "group": "", "left out": why} for key, why in cohort.excluded.items()]
    table = pd.DataFrame(rows).sort_values("session", ignore_index=True)
    return Result(
        tables={"sessions": table},
        metrics={"in": len(cohort.sessions), "out": len(cohort.excluded)},
        facts={SUSPICIONS: {key: "; ".join(why) for key, why in suspicions.items() if why}},
    )
