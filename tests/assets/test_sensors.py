"""Discovery: a scan that appears becomes a partition at the next tick."""

import dagster as dg
import numpy as np
import pytest

from attnconn_assets.partitions import add_sessions, session_partitions
from attnconn_assets.sensors import discovery
from attnconn_assets.study import load_study


@pytest.fixture
def scans(tmp_path, write_study):
    folder = tmp_path / "scans"
    folder.mkdir()
    for session in ("test", "retest"):
        np.save(folder / f"sub-1_ses-{session}.npy", np.random.default_rng(0).normal(size=(50, 5)))
    nothing = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))
    path = write_study(source="arrays", root="../scans", repetition_time=0.72, **nothing)
    return load_study(path), folder


def tick(study, instance) -> dg.SensorResult | dg.SkipReason:
    return discovery(study)(dg.build_sensor_context(instance=instance))


def test_new_sessions_are_asked_for_and_known_ones_are_not(scans, instance):
    study, folder = scans
    asked = tick(study, instance)
    (request,) = asked.dynamic_partitions_requests
    assert sorted(request.partition_keys) == ["sub-1_ses-retest", "sub-1_ses-test"]

    add_sessions(study, instance, study.make_source().sessions())
    assert tick(study, instance).skip_message == "all 2 sessions are known"

    np.save(folder / "sub-2_ses-test.npy", np.ones((50, 5)))
    (request,) = tick(study, instance).dynamic_partitions_requests
    assert list(request.partition_keys) == ["sub-2_ses-test"]


def test_sessions_are_added_once(scans, instance):
    study, _ = scans
    sessions = study.make_source().sessions()
    assert add_sessions(study, instance, sessions) == ["sub-1_ses-retest", "sub-1_ses-test"]
    assert add_sessions(study, instance, sessions) == []
    assert len(instance.get_dynamic_partitions(session_partitions(study).name)) == 2
