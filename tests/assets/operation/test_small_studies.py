"""Studies that are too small for some scores: the rest is made, and the report says what isn't."""

import re
from pathlib import Path

import numpy as np

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.building.partitions import add_sessions, session_partitions
from attnconn_assets.operation.conclusion import conclude
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.settings import ExclusionRules
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity.partial import Partial
from attnconn_core.errors import SeriesError
from tests.assets.conftest import Told

SIMULATED = ("n_subjects", "n_regions", "n_frames")


def sections(study) -> dict[str, str]:
    """The report's sections, by the id of their heading."""
    page = report_path(study).read_text()
    return dict(re.findall(r'<h2 id="([^"]+)">(.*?)(?=<h2|</main>)', page, flags=re.DOTALL))


def files(write_study, folder: Path, keys, frames=120, **changes) -> Path:
    """Write a study of scans in files, a session for every key."""
    rng = np.random.default_rng(5)
    (folder / "scans").mkdir(exist_ok=True)
    for key in keys:
        np.save(folder / "scans" / f"{key}.npy", rng.normal(size=(frames, 5)))
    source = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    return write_study(**{**dict.fromkeys(SIMULATED), **source, **changes})


def test_two_subjects_have_their_matrices_scored_and_a_report(write_study, run_line, instance):
    study = load_study(write_study(n_subjects=2, methods=["pearson", "attention_group_base"]))
    outcome, told = run_line(study, instance)
    # What was asked for and can't be made stays a failure.
    assert {name.split(" of ")[0] for name in outcome.failed} == {
        *("group_forecaster", "group_forecaster_base_seed_2", "behaviour")
    }
    store = store_of(study)
    for score in ("fingerprint", "forecast_skill", "reliability", "comparison", "cautions"):
        assert store.entry(score, WHOLE)
    lacks = store.entry("fingerprint", WHOLE).facts["lacks"]
    assert "cross-fitting needs at least 3 subjects" in lacks["attention_group_base"]
    found = sections(study)
    assert "Not made" in found["behaviour"]
    assert "behaviour needs at least 4 subjects" in found["behaviour"]
    assert "Not made" not in found["fingerprint"]
    assert "Made without Attention (group, base)" in found["fingerprint"]
    notes = store.entry("report", WHOLE).facts["notes"]
    assert any(note.startswith("The scores are compared without behaviour, ") for note in notes)

    # The root cause is said once, and what waits for it stands in one line.
    lines = [*outcome.failures(), *outcome.waits()]
    root = "group_forecaster of base failed: cross-fitting"
    assert sum(line.startswith(root) for line in lines) == 1
    assert len(lines) <= 6
    assert told.steps["attention_group_base"].waiting == 4

    # A second run tries again what failed, and makes nothing else.
    again, told = run_line(study, instance)
    assert again.made == 0
    assert "report" not in told.remade()


def test_one_session_per_subject_has_all_but_identification(
    write_study, run_line, instance, tmp_path
):
    (tmp_path / "people.csv").write_text(
        "\n".join(["Subject,Score", *(f"{n},{(n * 7) % 5}" for n in range(1, 7))])
    )
    path = files(
        write_study,
        tmp_path,
        [f"sub-{n}_ses-only" for n in range(1, 7)],
        methods=["pearson", "granger"],
        phenotypes="../people.csv",
        behaviour={"targets": ["Score"]},
    )
    study = load_study(path)
    outcome, _ = run_line(study, instance)
    assert list(outcome.failed) == ["fingerprint of all"]
    assert outcome.waiting == {}
    store = store_of(study)
    reliability = store.entry("reliability", WHOLE).facts
    assert "got 0 with both sessions" in reliability["test–retest left out"]
    (folds,) = store.entry("behaviour", WHOLE).facts["notes"]
    assert "6 folds instead of 10" in folds
    found = sections(study)
    assert "a test and a retest session" in found["fingerprint"]
    for made in ("reliability", "behaviour", "forecast", "matrices", "verdicts"):
        assert "Not made" not in found[made]
        assert "<img" in found[made]
    assert "6 folds instead of 10" in found["to-check"]


def test_short_scans_cost_the_methods_that_need_longer_ones(write_study, run_line, instance):
    study = load_study(
        write_study(
            n_frames=60,
            methods=["pearson", "partial", "granger"],
            granger=None,
            scan_lengths=None,
            baseline_lags=10,
        )
    )
    outcome, _ = run_line(study, instance)
    store = store_of(study)
    (why,) = set(store.entry("fingerprint", WHOLE).facts["lacks"].values())
    assert "lower granger.max_lags, raise test_fraction, or use longer scans" in why
    assert "two windows of 11 frames in one run; the longest run of the shorter part has 6" in why
    assert store.entry("fingerprint", WHOLE).facts["pairs"] == 4
    found = sections(study)
    assert "Made without Granger" in found["fingerprint"]
    assert "granger.max_lags" in found["fingerprint"]
    assert "baseline_lags" in found["forecast"]
    assert "report of all" not in outcome.failed | outcome.waiting


def test_a_method_that_misses_the_quorum_costs_itself_alone(
    write_study, run_line, instance, monkeypatch
):
    estimate, calls = Partial.estimate, []

    def fails_twice(self, series):  # of 8 sessions one may be missing
        calls.append(series)
        if len(calls) <= 2:
            raise SeriesError("partial can't be estimated here")
        return estimate(self, series)

    monkeypatch.setattr(Partial, "estimate", fails_twice)
    study = load_study(write_study(methods=["pearson", "partial"], scan_lengths=None))
    outcome, _ = run_line(study, instance)
    assert len(outcome.failed) == 2
    assert all(failed.startswith("partial of ") for failed in outcome.failed)
    store = store_of(study)
    fingerprint = store.entry("fingerprint", WHOLE)
    assert fingerprint.facts["pairs"] == 4
    assert "partial can't be estimated here" in fingerprint.facts["lacks"]["partial"]
    assert "Made without Partial correlation" in sections(study)["fingerprint"]

    # It is tried again at the next run, and with it everything is made anew.
    outcome, told = run_line(study, instance)
    assert outcome.failed == {}
    assert {"partial", "fingerprint", "report"} <= told.remade()
    assert "lacks" not in store.entry("report", WHOLE).facts


def test_a_missed_quorum_leaves_a_report_that_says_so(write_study, run_line, instance, tmp_path):
    keys = [f"sub-{n}_ses-{session}" for n in "abc" for session in ("1", "2")]
    path = files(
        write_study,
        tmp_path,
        keys,
        methods=["pearson", "partial"],
        behaviour=None,
        # What is held against rules is asked of whatever rests on a cohort.
        exclude={"min_minutes": 0.5},
    )
    for key in keys[:3]:
        (tmp_path / "scans" / f"{key}.npy").write_bytes(b"nothing")
    outcome, _ = run_line(load_study(path), instance)
    # The scans, and the names of the regions; what waits for scores is no failure of its own.
    assert {name.split(" of ")[0] for name in outcome.failed} <= {"time_series", "regions"}
    assert "comparison of all" in outcome.waiting
    short = "5 of 6 sessions (quorum: 0.95); 3 are usable"
    assert short in sections(load_study(path))["fingerprint"]
    not_made = store_of(load_study(path)).entry("report", WHOLE).facts["not made"]
    assert "(quorum: 0.95)" in not_made["comparison"]


def test_a_quorum_that_is_missed_later_costs_no_report(write_study, run_line, instance, tmp_path):
    keys = [f"sub-{n}_ses-{session}" for n in "abcd" for session in ("1", "2")]
    methods = ["pearson", "partial"]
    study = load_study(files(write_study, tmp_path, keys, methods=methods, behaviour=None))
    assert run_line(study, instance)[0].failed == {}
    before = sections(study)
    for session in "12":
        (tmp_path / "scans" / f"sub-d_ses-{session}.npy").unlink()
    outcome, _ = run_line(study, instance)
    kept = {"cohort of all", "fingerprint of all", "comparison of all", "report of all"}
    assert kept <= outcome.waiting.keys()
    assert sections(study) == before
    assert any("7 of 8 sessions (quorum" in line for line in outcome.waits())

    excluded = study.exclude.model_copy(update={"sessions": ("sub-d_ses-1", "sub-d_ses-2")})
    outcome, told = run_line(study.model_copy(update={"exclude": excluded}), instance)
    assert outcome.waiting == {}
    assert "report" in told.remade()


def test_partitions_that_are_all_deleted_leave_what_was_made(
    write_study, run_line, instance, tmp_path
):
    keys = [f"sub-{n}_ses-{session}" for n in "abcd" for session in ("1", "2")]
    study = load_study(files(write_study, tmp_path, keys, methods=["pearson"], behaviour=None))
    assert run_line(study, instance)[0].failed == {}
    before = sections(study)
    for key in keys:
        instance.delete_dynamic_partition(str(session_partitions(study).name), key)
    for _ in range(2):
        outcome, told = run_line(study, instance)
        assert (outcome.made, told.remade()) == (0, set())
        assert outcome.again_in_words() == ""
        assert "comparison of all" in outcome.waiting
    assert sections(study) == before


def test_a_scan_that_gets_another_name_is_not_missed(write_study, run_line, instance, tmp_path):
    keys = [f"sub-{n}_ses-{session}" for n in "abcd" for session in ("1", "2")]
    study = load_study(files(write_study, tmp_path, keys, methods=["pearson"], behaviour=None))
    assert run_line(study, instance)[0].failed == {}
    for old, new in (("d", "e"), ("e", "d")):
        for session in "12":
            scan = tmp_path / "scans" / f"sub-{old}_ses-{session}.npy"
            scan.rename(scan.with_name(f"sub-{new}_ses-{session}.npy"))
        outcome, _ = run_line(study, instance)
        assert (outcome.failed, outcome.waiting) == ({}, {})
        cohort = store_of(study).entry("fingerprint", WHOLE)
        assert cohort.facts["pairs"] == 4


def test_what_fails_of_a_session_that_a_rule_leaves_out_is_no_failure(
    write_study, run_line, instance, tmp_path
):
    keys = [f"sub-{n}_ses-{session}" for n in "abc" for session in ("1", "2")]
    path = files(
        write_study,
        tmp_path,
        keys,
        methods=["pearson", "granger"],
        behaviour=None,
        exclude={"min_frames": 100},
    )
    short = np.random.default_rng(0).normal(size=(30, 5))
    np.save(tmp_path / "scans" / f"{keys[0]}.npy", short)
    outcome, _ = run_line(load_study(path), instance)
    assert outcome.failed == {}
    # Nor is what waits for that.
    assert outcome.waiting == {}
    for asset in ("linear_forecasters", "granger", "repeats_granger"):
        assert f"{asset} of {keys[0]}" in outcome.inapplicable, asset
    assert store_of(load_study(path)).entry("fingerprint", WHOLE).facts["pairs"] == 2

    # One that can't be read, and is left out by its name.
    (tmp_path / "scans" / f"{keys[0]}.npy").write_bytes(b"nothing")
    study = load_study(path)
    named = study.model_copy(update={"exclude": ExclusionRules(sessions=(keys[0],))})
    outcome, _ = run_line(named, instance)
    assert (outcome.failed, outcome.waiting) == ({}, {})
    assert "must be a whole NumPy file" in outcome.inapplicable[f"time_series of {keys[0]}"]


def test_a_scan_that_is_not_a_partition_yet_is_not_missed(write_study, instance, tmp_path):
    keys = [f"sub-{n}_ses-a" for n in range(1, 5)]
    study = load_study(files(write_study, tmp_path, keys, methods=["pearson"], quorum=1))
    add_sessions(study, instance, study.make_source().sessions())
    files(write_study, tmp_path, ["sub-5_ses-a"])  # is being copied while a refresh runs
    outcome = materialise_stale(study, instance, Told(), models=False, discover=False)
    assert not [name for name in outcome.failed if name.startswith("cohort")]
    store = store_of(study)
    assert (
        "sub-5"
        not in read_table(store.path(store.entry("cohort", WHOLE), "sessions.parquet")).to_string()
    )


def test_a_session_whose_files_contradict_each_other_is_refused_and_not_removed(
    write_study, run_line, instance, tmp_path, capsys
):
    keys = [f"sub-{n}_ses-a" for n in range(1, 5)]
    study = load_study(files(write_study, tmp_path, keys, methods=["pearson"]))
    run_line(study, instance, models=False)
    files(write_study, tmp_path, ["sub-1_ses-a_run-2"])  # beside a file without a run
    outcome, _ = run_line(study, instance, models=False)
    cohort = read_table(
        store_of(study).path(store_of(study).entry("cohort", WHOLE), "sessions.parquet")
    )
    assert len(cohort) == 4
    conclude(study, outcome, 1.0)
    told = capsys.readouterr().err
    assert "every run may occur only once; sub-1_ses-a has both" in told
    assert "removed" not in told
