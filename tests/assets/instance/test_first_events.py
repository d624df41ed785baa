"""Dagster's daemon at its first start: it has nothing to warn of."""

import logging

import dagster as dg
import pytest
from dagster._daemon.auto_run_reexecution import event_log_consumer

from attnconn_assets.instance.first_events import pass_over_old_events


@dg.asset
def series() -> None:
    """An asset whose run leaves events."""


def cursors(instance) -> dict:
    """What the daemon finds of its record; it warns of what is missing."""
    kinds = event_log_consumer.DAGSTER_EVENT_TYPES
    return event_log_consumer._fetch_persisted_cursors(instance, kinds, logging.getLogger("daemon"))


def test_the_daemon_warns_of_nothing_and_passes_over_what_was_before(caplog):
    with dg.instance_for_test() as instance:
        dg.materialize([series], instance=instance)
        with pytest.deprecated_call(match="'warn' method"):  # Dagster's own call of its logger
            assert set(cursors(instance).values()) == {None}
        assert "ignoring older events" in caplog.text
        caplog.clear()
        pass_over_old_events(instance)
        newest = instance.event_log_storage.get_maximum_record_id()
        assert newest > 0
        assert set(cursors(instance).values()) == {newest}
        assert caplog.text == ""


def test_what_the_daemon_has_recorded_stays():
    with dg.instance_for_test() as instance:
        pass_over_old_events(instance)
        before = cursors(instance)
        dg.materialize([series], instance=instance)
        pass_over_old_events(instance)
        assert cursors(instance) == before
