"""A result that is read from stale forecasters says so."""

from types import SimpleNamespace

import pytest

from attnconn_assets.building.earlier_models import earlier_models
from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store


def spec(name, group="connectivity", recipe="new", **needs):
    return SimpleNamespace(
        name=name, group=group, needs=needs, recipe_of=lambda _: SimpleNamespace(digest=recipe)
    )


@pytest.fixture
def platform(tmp_path):
    store = Store(root=str(tmp_path))
    for asset, partition, recipe, inputs in (
        ("group_forecaster", "small", "old", {}),
        ("attention", "sub-1", "new", {"group_forecaster/small": "hash"}),
        ("pearson", "sub-1", "old", {}),
        ("fingerprint", "all", "new", {"attention/sub-1": "hash", "pearson/sub-1": "hash"}),
    ):
        store.put(Entry(asset, partition, {}, recipe, inputs=inputs), {})
    specs = [
        spec("group_forecaster", "forecasters"),
        spec("attention", group_forecaster="configuration"),
        spec("pearson"),
        spec("fingerprint", attention="session", pearson="session"),
    ]
    return SimpleNamespace(specs=specs, store=store)


def test_what_rests_on_a_stale_forecaster_says_so(platform):
    for asset, partition in (("attention", "sub-1"), ("fingerprint", "all")):
        warning = earlier_models(platform, platform.store.entry(asset, partition))
        assert "earlier settings or code: group_forecaster of small. " in warning
    assert earlier_models(platform, platform.store.entry("pearson", "sub-1")) == ""


def test_what_rests_on_a_current_forecaster_says_nothing(platform):
    platform.store.put(Entry("group_forecaster", "small", {}, "new"), {})
    assert earlier_models(platform, platform.store.entry("fingerprint", "all")) == ""


def test_what_rests_on_earlier_settings_of_the_cohort_says_so(platform):
    store = platform.store
    store.put(Entry("granger_order", "all", {}, "old"), {})
    store.put(Entry("granger", "sub-1", {}, "new", inputs={"granger_order/all": "hash"}), {})
    platform.specs += [spec("granger_order"), spec("granger", granger_order="whole")]
    warning = earlier_models(platform, store.entry("granger", "sub-1"))
    assert warning.startswith(
        "made from results of earlier settings or code: granger_order of all. `attnconn run`"
    )
    store.put(Entry("granger_order", "all", {}, "new"), {})
    assert earlier_models(platform, store.entry("granger", "sub-1")) == ""
