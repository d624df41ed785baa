"""Says which scans behind a result have changed since they were read."""

from attnconn_assets.building.platform import Platform
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.user_files import is_unchanged
from attnconn_core.wording import few_and_more

__all__ = ["earlier_scans"]

_SERIES = "time_series"
_SHOWN = 5


def earlier_scans(platform: Platform, spec: BuildSpec, partition: str) -> str:
    """Return a warning if scans have changed since the series behind a result were read.

    This can't happen when everything stale is made, because changed scans are then read first.
    It happens if a person makes a single asset on its page after a scan was replaced.

    Parameters
    ----------
    platform, spec, partition
        The platform, the asset that was made, and its partition: a session, or one that rests
        on all sessions.

    Returns
    -------
    warning
        Empty if no scan has changed.
    """
    if spec.name == _SERIES:
        return ""
    sessions = platform.sessions
    of_partition = [partition] if partition in sessions else list(sessions)
    changed = [session for session in of_partition if _has_changed(platform, session)]
    if not changed:
        return ""
    named = few_and_more(changed, _SHOWN)
    return (
        f"made from earlier scans: those of {named} have changed since they were read. `attnconn "
        "run`, or the study's job _refresh, makes everything again that they change"
    )


def _has_changed(platform: Platform, session: str) -> bool:
    entry = platform.store.readable(_SERIES, session)
    return entry is not None and not all(map(is_unchanged, entry.facts.get("read", ())))
