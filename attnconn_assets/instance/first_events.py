"""Tells Dagster's daemon which events are old, as it would otherwise warn at its first start."""

import dagster as dg
from dagster._daemon.auto_run_reexecution import event_log_consumer

__all__ = ["pass_over_old_events"]


def pass_over_old_events(instance: dg.DagsterInstance) -> None:
    """Record that the daemon has seen all events so far, unless it keeps a record already.

    The daemon looks for runs that failed, to retry them. Where it has no record, it passes over
    what lies before its start, too, and warns of it.
    """
    cursors = instance.daemon_cursor_storage
    keys = {
        event_log_consumer._create_cursor_key(kind)  # noqa: SLF001
        for kind in event_log_consumer.DAGSTER_EVENT_TYPES
    }
    missing = keys - cursors.get_cursor_values(keys).keys()
    if missing:
        newest = str(instance.event_log_storage.get_maximum_record_id() or 0)
        cursors.set_cursor_values(dict.fromkeys(missing, newest))
