"""The check says before computing what can't be made, and a run doesn't try it."""

import os
import re
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.operation.check.check import check
from attnconn_assets.operation.check.cost import cost_of
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import load_study
from attnconn_core.export import FORMATS
from tests.assets.conftest import REPOSITORY, Told

SIMULATED = ("n_subjects", "n_regions", "n_frames")
PEOPLE = "Subject,Score,Site,Sex\n" + "".join(
    f"{n},{n * 7 % 5},f{n // 2},{n % 2}\n" for n in range(1, 9)
)


@pytest.fixture
def scans(write_study, tmp_path):
    """Write eight subjects' scans, two sessions each, and a study of them."""
    folder = tmp_path / "scans"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for subject in range(1, 9):
        for session in ("a", "b"):
            np.save(folder / f"sub-{subject}_ses-{session}.npy", rng.normal(size=(120, 5)))
    (tmp_path / "people.csv").write_text(PEOPLE)

    def write(**changes):
        own = {
            **dict.fromkeys(SIMULATED),
            "source": "arrays",
            "root": "../scans",
            "repetition_time": 0.72,
            "phenotypes": "../people.csv",
            "methods": ["pearson", "granger"],
            "behaviour": {"folds": 3, "targets": ["Score"]},
        }
        return load_study(write_study(**{**own, **changes}))

    return write


def test_a_study_in_order_has_a_plan_and_nothing_else(scans):
    found = check(scans(contrast={"column": "Sex", "first": 0, "second": 1}))
    assert (found.errors, found.warnings, found.blocked) == ([], [], {})
    plan = "\n".join(found.plan)
    for line in (
        "8 subjects, 16 sessions: a (8), b (8)",
        "compared in 8 subjects: a with b",
        "120 frames in 1 run, repetition time 0.72 s, 5 regions",
        "8 of 8 subjects with a scan have a row",
        "behaviour predicts 1 target (Score) of 8 subjects in 3 folds",
        "4 subjects whose Sex is 0.0 with 4 whose Sex is 1.0",
        "fingerprint identifies 8 subjects",
        "methods: pearson",
        "scores: fingerprint, forecast_skill, ",
        "an estimate",
    ):
        assert line in plan
    assert next(found.lines()) == "Would be made"


@pytest.mark.parametrize(
    ("changes", "table", "error", "blocked"),
    [
        ({"sessions": ["a", "c"]}, None, r"sessions must name .*\(a, b\); got c", {"fingerprint"}),
        ({"behaviour": {"targets": ["IQ"]}}, None, "must have a column IQ", set()),
        ({"behaviour": {"family_column": "Fam"}}, None, "must have a column Fam", set()),
        (
            {"behaviour": {"targets": ["Score"], "family_column": "Family"}},
            "Subject,Score,Family\n" + "".join(f"{n},{n},f{n % 2}\n" for n in range(1, 9)),
            r"at least 4 families \(family_column: Family\).*got 2",
            {"behaviour"},
        ),
        ({}, "Subject,Score\nx1,1\nx2,2\n", "with a scan none has one", {"behaviour"}),
        (
            {"behaviour": {"targets": ["Score"], "confounds": ["Age"]}},
            None,
            "confounds must be columns.*missing: Age",
            set(),
        ),
        (
            {"contrast": {"column": "Sex", "first": "F", "second": "M"}},
            None,
            "a contrast needs 2 subjects per group; Sex is 'F' for 0",
            {"group_contrast"},
        ),
        ({"granger": None, "baseline_lags": 20}, None, "linear_forecasters can't be made", set()),
        ({"exclude": {"min_minutes": 30}}, None, "leaves out every session", {"fingerprint"}),
        ({"root": "../nowhere"}, None, "must be an existing folder", set()),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_an_error(scans, tmp_path, changes, table, error, blocked):
    if table is not None:
        (tmp_path / "people.csv").write_text(table)
    found = check(scans(**changes))
    assert [line for line in found.errors if re.search(error, line)], found.errors
    assert blocked <= set(found.blocked)
    assert next(found.lines()).startswith("Errors (")


def test_what_may_not_be_meant_is_a_warning(scans, tmp_path):
    folder = tmp_path / "scans"
    (folder / "sub-1_ses-a_run-x.npy").write_bytes(b"")  # no number of a run
    (folder / "sub-8_ses-b.npy").unlink()
    np.save(folder / "sub-2_ses-a.npy", np.zeros((120, 6)))
    np.save(folder / "sub-3_ses-b.npy", np.ones((30, 5)))
    (folder / "sub-4_ses-a.npy").write_bytes(b"\x93NUMPY nothing")
    (tmp_path / "people.csv").write_text(PEOPLE.replace("8,", "08,").replace("7,", "77,", 1))
    found = check(
        scans(
            cross_fit_folds=5,
            quorum=0.5,
            scan_lengths=[60, 500],
            exclude={"sessions": ["sub-9"]},
            methods=["pearson", "granger", "attention_group_base"],
        )
    )
    told = "\n".join(found.warnings)
    for line in (
        "isn't a session",
        "1 of 8 subjects lack one of the two sessions that are compared: 8",
        "sub-2_ses-a has 6 regions: ",
        "sub-4_ses-a can't be read: ",
        "can't be made of sub-3_ses-b: ",
        "sub-3_ses-b is suspicious: it has 30 frames, and most sessions have about 120",
        "spells 1 of 8 subjects differently from their scans: 8 as 08",
        "1 of 8 subjects have no row in the phenotype table: 7",
        "identification from 60, 500 frames isn't scored, because sub-3_ses-b has only 30",
        "exclude.sessions names sub-9",
        "cross_fit_folds is 5; 8 subjects are enough for 2",
    ):
        assert line in told
    assert found.errors == []


def test_sessions_of_half_as_many_frames_may_have_another_repetition_time(scans, tmp_path):
    for name in ("sub-2_ses-a", "sub-2_ses-b"):  # arrays that say nothing of their time
        path = tmp_path / "scans" / f"{name}.npy"
        np.save(path, np.load(path)[::2])
    (told,) = (each for each in check(scans()).warnings if "suspicious" in each)
    few = "it has 60 frames, and most sessions have about 120"
    who = "sub-2_ses-a, sub-2_ses-b are suspicious"
    assert told.startswith(f"{who}: {few}: was it cut off, or has it another repetition time?")


def test_another_repetition_time_and_no_table_are_warnings(write_study, tmp_path, shared_headers):
    shared_headers(tmp_path / "scans", {"sub-1_ses-a": 0.72, "sub-1_ses-b": 0.72, "sub-2_ses-a": 2})
    study = load_study(
        write_study(
            **dict.fromkeys(SIMULATED),
            source="arrays",
            root="../scans",
            methods=["pearson"],
        )
    )
    told = "\n".join(check(study).warnings)
    assert "sub-2_ses-a is left out: all sessions must have one repetition time; it has 2 s" in told
    assert "behaviour can't be made: the study names no table under phenotypes" in told


@pytest.fixture
def shared_headers():
    """Write ptseries files of given repetition times."""
    from tests.core.sources.conftest import write_ptseries

    def write(folder: Path, times) -> None:
        rng = np.random.default_rng(0)
        for key, seconds in times.items():
            path = folder / f"{key}.ptseries.nii"
            write_ptseries(path, rng.normal(size=(60, 3)), ("a", "b", "c"), seconds)

    return write


@pytest.mark.parametrize(
    ("methods", "identified", "alone"), [(["attention_group_base"], 2, 1), (["pearson"], 3, 0)]
)
def test_subjects_alone_in_the_pool_of_a_cohort_model_are_not_promised(
    scans, tmp_path, methods, identified, alone
):
    for path in (tmp_path / "scans").glob("sub-[4-8]_*"):
        path.unlink()
    study = scans(methods=methods, behaviour=None, phenotypes=None)
    found = check(study)
    assert f"fingerprint identifies {identified} subjects" in found.plan
    notes = [warning for warning in found.warnings if "still not in the fingerprint" in warning]
    assert len(notes) == alone
    if alone:
        assert re.match(r"subject [123] has both sessions", notes[0])
        assert "without methods that use other subjects' data keeps everybody" in notes[0]


def test_headers_are_read_only_as_long_as_there_is_time(scans):
    found = check(scans(), seconds=0)
    assert "headers of 0 of 16 sessions were read" in found.plan
    assert found.errors == []


def test_cost_grows_with_regions_and_epochs(tiny_study):
    small, large = (cost_of(tiny_study, 100, 1200, regions) for regions in (400, 1600))
    assert large.seconds > 8 * small.seconds
    assert large.disk > 8 * small.disk
    assert large.memory > small.memory
    sample = load_study(REPOSITORY / "studies" / "hcp_sample.yaml")
    as_measured = cost_of(sample, 14, 600, 94)
    assert 2 * 60 < as_measured.seconds < 6 * 60
    assert 0.05 < as_measured.disk / 2**30 < 0.3


def test_exported_files_take_their_space(write_study):
    asked = {"formats": ["graphml"], "methods": ["pearson", "granger"]}
    without, exporting = (
        load_study(write_study(methods=["pearson", "granger"], **more))
        for more in ({}, {"export": asked})
    )
    graphs = 2 * 1000 * 400**2 * FORMATS["graphml"].size
    sizes = {"sessions": 1000, "frames": 1200, "regions": 400}
    more = cost_of(exporting, **sizes).disk - cost_of(without, **sizes).disk
    assert more == pytest.approx(graphs)


def test_the_command_ends_with_1_for_errors_and_writes_nothing(scans, home, monkeypatch, capsys):
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(home))
    study = scans()
    file = study.folder / f"{study.name}.yaml"
    assert main(["check", "--study", os.fspath(file)]) == 0
    assert "Would be made" in capsys.readouterr().out
    scans(sessions=["a", "c"])
    assert main(["check", "--study", os.fspath(file)]) == 1
    told = capsys.readouterr().out
    assert told.index("Errors (2)") < told.index("Would be made")
    assert not study.store_folder.exists()
    assert not (home / "studies").exists()


def test_where_everybody_has_one_session_none_is_missed(scans, instance, tmp_path):
    for path in (tmp_path / "scans").glob("*_ses-b*"):
        path.unlink()
    found, told = check(study := scans(methods=["pearson"], scan_lengths=None)), Told()
    assert found.errors == []
    assert "fingerprint can't be made" in found.warnings[0]
    outcome = materialise_stale(
        study, instance, told, blocked=found.blocked, inapplicable=found.inapplicable
    )
    assert (outcome.failed, outcome.waiting) == ({}, {})
    assert list(outcome.inapplicable) == ["fingerprint of all"]


def test_a_run_does_not_try_what_the_check_found(scans, tmp_path, instance):
    (tmp_path / "people.csv").write_text("Subject,Score\nx1,1\nx2,2\n")
    study = scans(methods=["pearson"], scan_lengths=None)
    found, told = check(study), Told()
    outcome = materialise_stale(study, instance, told, blocked=found.blocked)
    assert list(outcome.failed) == ["behaviour of all"]
    assert "none has one" in outcome.failed["behaviour of all"]
    store = store_of(study)
    assert "none has one" in str(store.entry("report", WHOLE).facts["lacks"])
    runs = [run.asset_selection for run in instance.get_runs()]
    assert not any(key.path[-1] == "behaviour" for keys in runs for key in keys)
    (seen,) = instance.fetch_observations(dg.AssetKey([study.name, "behaviour"]), limit=5).records
    assert "none has one" in seen.event_log_entry.asset_observation.description


@pytest.mark.parametrize(("odd", "told"), [(1, ""), (8, r" \(and equally many agree with it.*\)")])
def test_regions_of_another_name_or_order_are_said_of_the_odd_files(scans, tmp_path, odd, told):
    """The first files in order may be the odd ones."""
    paths = sorted((tmp_path / "scans").glob("*.npy"))
    for number, path in enumerate(paths):
        names = list("bacde") if number < odd else list("abcde")
        pd.DataFrame(np.load(path), columns=names).to_csv(path.with_suffix(".csv"), index=False)
        path.unlink()
    # Where half have either order, the first session's counts as usual.
    own, other, usual = ("b", "a", 15) if odd == 1 else ("a", "b", 8)
    who = "sub-1_ses-a has" if odd == 1 else "sub-5_ses-a, .* and 3 more have"
    found = check(scans())
    (warning,) = found.warnings
    assert re.match(
        rf"{who} other regions, or in another order: {usual} of 16 sessions have '{other}' "
        rf"where it has '{own}'{told}; all sessions must have the same",
        warning,
    )
    # One odd scan is few enough to do without; half of all are not.
    short = [each for each in found.errors if each.startswith("group results need 15 of 16")]
    assert (len(short), len(found.errors)) == ((0, 0) if odd == 1 else (1, 1))


def test_a_mistake_in_most_files_is_one_line_and_an_error(scans, tmp_path):
    for path in sorted((tmp_path / "scans").glob("*.npy"))[4:]:
        np.save(path, np.insert(np.load(path), 2, np.arange(120) * 0.72, axis=1))
    found = check(scans())
    (warning,) = (each for each in found.warnings if "can't be read" in each)
    assert warning.startswith(
        "sub-3_ses-a, sub-3_ses-b, sub-4_ses-a, sub-4_ses-b, sub-5_ses-a and 7"
    )
    assert "column number 3 rises or falls like frame numbers" in warning
    assert warning.endswith("(the other 11 alike)")
    (error,) = (each for each in found.errors if "group results" in each)
    assert error.startswith(
        "group results need 15 of 16 sessions (quorum: 0.95); 4 are usable. The"
    )


def test_a_single_subject_who_is_compared_is_told_in_the_singular(scans):
    others = [f"sub-{n}" for n in range(2, 9)]
    plan = check(scans(exclude={"sessions": others}, behaviour=None)).plan
    assert "compared in 1 subject: a with b" in plan


def test_subjects_whose_names_are_nearly_one_are_said(scans, tmp_path):
    rng = np.random.default_rng(9)
    np.save(tmp_path / "scans" / "sub-07_ses-a.npy", rng.normal(size=(120, 5)))
    (told,) = [
        each for each in check(scans(behaviour=None)).warnings if "differ only in case" in each
    ]
    assert told.startswith("07 and 7 differ only in case, a prefix or leading zeros")
