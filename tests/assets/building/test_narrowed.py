"""Whom a table of subjects leaves out is said, and isn't taken for someone whose scan is gone."""

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.building.narrowed import off_the_table
from attnconn_assets.operation.conclusion import conclude
from attnconn_assets.operation.export.command import export
from attnconn_assets.operation.export.request import requested
from attnconn_assets.study.study import load_study
from tests.core.timeseries.profiles import scan

KEYS = [f"sub-{subject}_ses-{name}" for subject in "012" for name in ("test", "retest")]


@pytest.fixture
def narrowed(write_study, run_line, instance, tmp_path):
    """A study that was made of three subjects, then names two of them and lacks a scan."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number, key in enumerate(KEYS):
        np.save(folder / f"{key}.npy", scan(number))
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour", "scan_lengths"))
    files = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    keys = {"methods": ["pearson"], **simulated, **files}
    run_line(load_study(write_study(**keys)), instance)
    (tmp_path / "people.csv").write_text("Subject\n0\n1\n", encoding="utf-8")
    (folder / f"{KEYS[3]}.npy").unlink()
    study = load_study(write_study(**keys, subjects="../people.csv"))
    return study, run_line(study, instance)[0]


def test_a_run_and_an_export_say_who_is_off_the_table(narrowed, tmp_path, capsys):
    study, outcome = narrowed
    assert off_the_table(study, store_of(study)) == {KEYS[4], KEYS[5]}
    capsys.readouterr()
    conclude(study, outcome, 1.0)
    told = capsys.readouterr().err
    assert (
        f"stored results of {KEYS[5]}, {KEYS[4]} stay, and group results are made without them: "
        "the study's table of subjects (subjects) doesn't name them"
    ) in told
    (gone,) = [line for line in told.splitlines() if "its scan was removed" in line]
    assert KEYS[3] in gone
    assert KEYS[4] not in gone

    assert export(study, requested(study), tmp_path / "out") == 0
    told = capsys.readouterr().err
    assert f"{KEYS[5]}, {KEYS[4]}, because the study's table of subjects" in told
    assert f"{KEYS[3]}, because the study has no scan of them today" in told

    # Nothing makes them again, so they are neither stale nor a reason for status 1.
    request = requested(study, sessions=["sub-2"], formats=["edges"])
    assert export(study, request, tmp_path / "named") == 0
    told = capsys.readouterr().err
    assert f"exported as stored: {KEYS[5]}, {KEYS[4]}" in told
    assert "stale" not in told


def test_without_its_scans_it_is_unknown_who_is_off_the_table(narrowed):
    study, outcome = narrowed
    for path in study.root.iterdir():
        path.unlink()
    study.root.rmdir()
    assert off_the_table(study, store_of(study)) is None
    conclude(study, outcome, 1.0)  # says nothing of removed scans


def test_without_a_table_nobody_is_off_it(write_study):
    study = load_study(write_study())
    assert off_the_table(study, store_of(study)) == frozenset()
