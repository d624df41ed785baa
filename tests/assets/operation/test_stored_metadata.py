"""What Dagster doesn't know, though it is stored, is told with all that it was told at first."""

import dagster as dg
import pytest

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.instance.data_versions import CONTENT_HASH
from attnconn_assets.operation import runner
from attnconn_assets.study.study import load_study

MADE = {"regions": None, "time_series": "sub-001_ses-test", "pearson": "sub-001_ses-test"}


def told(instance, asset, partition):
    only = {"asset_partitions": [partition]} if partition else {}
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(["tiny", asset]), **only), limit=1
    ).records
    return records[0].asset_materialization


def pictures(event):
    shown = event.metadata.items()
    return {
        name: each.value
        for name, each in shown
        if isinstance(each, dg.MarkdownMetadataValue) and "data:image/png" in (each.value or "")
    }


@pytest.fixture
def few(write_study, monkeypatch):
    every = specs
    monkeypatch.setattr(runner, "specs", lambda s: [e for e in every(s) if e.name in MADE])
    return load_study(write_study(n_subjects=2, methods=["pearson"]))


def test_a_new_home_learns_path_hash_run_and_picture_from_the_store(few, run_line, instance):
    run_line(few, instance)
    with dg.DagsterInstance.ephemeral() as new:
        outcome, _ = run_line(few, new)
        assert outcome.made == 0
        assert outcome.recorded == 9
        for asset, partition in MADE.items():
            first, again = (told(each, asset, partition) for each in (instance, new))
            entry = resources(few)["store"].entry(asset, partition or "all")
            kept = ("mlflow run", CONTENT_HASH, "bytes", *(f"file {n}" for n in entry.files))
            for name in kept:
                assert again.metadata[name] == first.metadata[name], (asset, name)
            assert pictures(again) == pictures(first)
        assert pictures(told(new, "pearson", "sub-001_ses-test"))


def test_a_run_that_mlflow_lost_leaves_the_rest(few, run_line, instance):
    run_line(few, instance)
    store, tracking = resources(few)["store"], resources(few)["tracking"]
    entry = store.entry("pearson", "sub-001_ses-test")
    assert tracking.pictures(entry.made_by)
    assert tracking.pictures({**entry.made_by, "mlflow_run": "0" * 32}) == {}
    assert tracking.pictures({}) == {}
