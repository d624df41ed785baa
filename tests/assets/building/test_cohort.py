"""Cohorts: nobody is left out in silence."""

import json

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.building.cohort import cohort_of, left_out_by_rules, short_of_quorum
from attnconn_assets.building.staleness import plan
from attnconn_assets.operation.check.sessions import candidates
from attnconn_core.records import Cohort, Session


@pytest.fixture
def files(line_of_files):
    study = line_of_files.study
    return study, store_of(study), line_of_files.folder / "scans"


def spec_of(study, name):
    return next(spec for spec in specs(study) if spec.name == name)


def test_a_scan_that_was_removed_is_listed_and_counts_as_missing(files):
    study, store, scans = files
    path = scans / "sub-d_ses-test.npy"
    away = path.rename(scans / "away.npy")
    try:
        cohort = cohort_of(study, store, study.make_source().listing(), ("pearson",))
        assert list(cohort.excluded) == ["sub-d_ses-test"]
        assert "its scan was removed" in cohort.excluded["sub-d_ses-test"]
        assert short_of_quorum(study, cohort) == ""  # one may be missing
        strict = study.model_copy(update={"quorum": 1.0})
        assert "8 of 8 sessions (quorum: 1); 7 are usable" in short_of_quorum(strict, cohort)
        excluding = {"exclude": study.exclude.model_copy(update={"sessions": ("sub-d_ses-test",)})}
        meant = study.model_copy(update=excluding)
        assert not cohort_of(meant, store, meant.make_source().listing(), ("pearson",)).excluded
    finally:
        away.rename(path)


def test_a_run_that_is_added_to_a_session_makes_it_due(files):
    study, store, scans = files
    first, second = scans / "sub-a_ses-test.npy", scans / "sub-a_ses-test_run-2.npy"
    first.rename(scans / "sub-a_ses-test_run-1.npy")
    np.save(second, np.random.default_rng(9).normal(size=(120, 5)))
    source = study.make_source()
    try:
        found = plan(study, spec_of(study, "time_series"), store, source, source.listing())
        assert found.due == ["sub-a_ses-test"]
    finally:
        second.unlink()
        (scans / "sub-a_ses-test_run-1.npy").rename(first)


def test_what_the_source_refuses_counts_as_missing(files):
    study, store, scans = files
    bad = scans / "sub-a b_ses-test.npy"
    bad.write_bytes(b"")
    try:
        cohort = cohort_of(study, store, study.make_source().listing(), ("pearson",))
        assert list(cohort.excluded) == [bad.name]
        strict = study.model_copy(update={"quorum": 1.0})
        assert "9 of 9 sessions (quorum: 1); 8 are usable" in short_of_quorum(strict, cohort)
    finally:
        bad.unlink()


def test_copies_of_files_that_are_there_are_no_sessions_that_are_missing(files):
    study, store, scans = files
    copies = [scans / f"sub-a_ses-test {mark}.npy" for mark in ("(1)", "copy", "- Kopie")]
    for copy in copies:
        copy.write_bytes((scans / "sub-a_ses-test.npy").read_bytes())
    try:
        listing = study.make_source().listing()
        assert {path.name for path in copies} == set(listing.refused)
        strict = study.model_copy(update={"quorum": 1.0})
        cohort = cohort_of(strict, store, listing, ("pearson",))
        assert cohort.excluded == candidates(strict, listing).excluded == {}
        assert short_of_quorum(strict, cohort) == ""
    finally:
        for copy in copies:
            copy.unlink()


def test_a_damaged_manifest_is_one_that_is_to_be_made_again(files):
    study, store, _ = files
    manifest = study.store_folder / "pearson" / "sub-b_ses-test.json"
    content = manifest.read_text()
    manifest.write_text(content[:50])
    source = study.make_source()
    try:
        listing = source.listing()
        assert plan(study, spec_of(study, "pearson"), store, source, listing).due == [
            "sub-b_ses-test"
        ]
        excluded = cohort_of(study, store, listing, ("pearson",)).excluded
        assert excluded == {"sub-b_ses-test": "no pearson in the store"}
    finally:
        manifest.write_text(content)


@pytest.mark.parametrize(
    ("present", "missing", "quorum", "needed"),
    [
        (7, 1, 0.95, None),
        (6, 2, 0.95, 7),
        (95, 5, 0.95, None),
        (94, 6, 0.95, 95),
        (7, 1, 1.0, 8),
        (1, 1, 0.95, None),
        (0, 1, 0.95, 1),
        (1, 1, 0.5, None),
    ],
)
def test_all_but_one_or_95_percent_are_a_quorum(files, present, missing, quorum, needed):
    sessions = tuple(Session(str(number), "test") for number in range(present))
    cohort = Cohort(sessions, {f"sub-x{number}": "no scan" for number in range(missing)})
    study = files[0].model_copy(update={"quorum": quorum})
    said = short_of_quorum(study, cohort)
    assert said.startswith("" if needed is None else f"{needed} of {present + missing} sessions")
    assert bool(said) == (needed is not None)


def test_sessions_are_excluded_by_name(files):
    study, store, _ = files
    rules = study.exclude.model_copy(update={"sessions": ("sub-a_ses-test", "sub-b", "c")})
    study = study.model_copy(update={"exclude": rules})
    cohort = cohort_of(study, store, study.make_source().listing(), ("pearson",))
    assert [session.key for session in cohort.sessions] == [
        *("sub-a_ses-retest", "sub-d_ses-retest", "sub-d_ses-test")
    ]
    assert all("exclude.sessions" in why for why in cohort.excluded.values())
    assert short_of_quorum(study, cohort) == ""


def test_whom_the_study_leaves_out_is_told_with_the_reason(files):
    study, store, _ = files
    keys = [each.key for each in study.make_source().listing().sessions]
    rules = {"sessions": ("sub-a_ses-test",), "max_motion_mean": 0.3}
    ruled = study.model_copy(update={"exclude": study.exclude.model_copy(update=rules)})
    told = left_out_by_rules(ruled, store, keys)
    assert list(told) == keys
    assert told["sub-a_ses-test"] == "exclude.sessions names it"
    unknown = "max_motion_mean is 0.3, and its motion_mean is unknown"
    assert told["sub-b_ses-test"] == unknown
    assert left_out_by_rules(ruled, store, ["sub-z_ses-test"]) == {}  # has no quality
    cohort = cohort_of(ruled, store, study.make_source().listing(), ("pearson",))
    assert f"leave out all {len(keys)} of them: " in short_of_quorum(ruled, cohort)
    assert unknown in short_of_quorum(ruled, cohort)


def test_a_session_that_a_rule_excludes_is_not_missing_whatever_it_lacks(files):
    study, store, _ = files
    listing = study.make_source().listing()
    broken = study.exclude.model_copy(update={"max_motion_mean": 0.3})
    cohort = cohort_of(
        study.model_copy(update={"exclude": broken}), store, listing, ("an asset that failed",)
    )
    assert not cohort.sessions
    assert {why.partition(", and")[0] for why in cohort.excluded.values()} == {
        "left out by the study: max_motion_mean is 0.3"
    }


def test_what_was_not_made_again_after_its_input_is_not_in_the_cohort(files):
    study, store, _ = files
    manifest = study.store_folder / "pearson" / "sub-b_ses-test.json"
    content = manifest.read_text()
    read = store.entry("time_series", "sub-b_ses-test").digest
    assert read in content
    earlier = json.loads(content)
    earlier["inputs"] = {"time_series/sub-b_ses-test": "0" * 16}
    del earlier["sealed"]
    manifest.write_text(json.dumps(earlier))
    try:
        excluded = cohort_of(study, store, study.make_source().listing(), ("pearson",)).excluded
        assert excluded == {
            "sub-b_ses-test": "pearson not made again since what it is made from changed"
        }
    finally:
        manifest.write_text(content)
