"""The cohort as an asset: everybody is listed, and who is left out with the reason."""

import numpy as np

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.operation.conclusion import conclude
from attnconn_assets.storage.formats import read_table
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_assets.study.study import load_study
from tests.core.timeseries.profiles import scan


def test_a_session_that_a_rule_leaves_out_is_listed_with_the_rule(write_study, run_line, instance):
    study = load_study(write_study(methods=["pearson"], exclude={"min_frames": 100}))
    run_line(study, instance)
    store = store_of(study)

    def listed():
        table = read_table(store.path(store.entry("cohort", "all"), "sessions.parquet"))
        return table.set_index("session")

    assert len(listed()) == 8
    assert (listed()["left out"] == "").all()
    assert (listed()["frames"] == 120).all()

    # Another rule measures nothing anew; the cohort says whom it leaves out.
    stricter = load_study(write_study(methods=["pearson"], exclude={"min_frames": 121}))
    outcome, told = run_line(stricter, instance)
    assert "quality" not in told.remade()
    assert "leave out all 8 of them" in str(outcome.waiting | outcome.failed)


def test_a_session_that_the_source_refuses_is_listed_in_the_cohort(line_of_files, run_line):
    study, scans = line_of_files.study, line_of_files.folder / "scans"
    bad = scans / "sub-a b_ses-test.npy"
    bad.write_bytes(b"")
    try:
        study = study.model_copy(update={"quorum": 0.5})
        _, told = run_line(study, line_of_files.instance)
        assert "cohort" in told.remade()
        store = store_of(study)
        assert bad.name in store.entry("cohort", "all").facts["excluded"]
    finally:
        bad.unlink()


def test_a_session_that_is_unlike_the_others_is_said_in_the_run_and_the_cohort(
    write_study, run_line, instance, tmp_path, capsys
):
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(8):
        values = scan(number)
        if number == 5:
            values = np.random.default_rng(0).permutation(values)
        np.save(folder / f"sub-{number // 2}_ses-{('test', 'retest')[number % 2]}.npy", values)
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    files = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    study = load_study(write_study(methods=["pearson"], **simulated, **files))
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    capsys.readouterr()
    conclude(study, outcome, 1.0)
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "suspicious" in each]
    assert "sub-2_ses-retest is suspicious: from one frame to the next its median region" in line
    assert "so its frames are in another order?" in line
    told = store_of(study).entry("cohort", "all").facts[SUSPICIONS]
    assert list(told) == ["sub-2_ses-retest"]
    assert told["sub-2_ses-retest"] in line


def test_measures_and_carpets_are_of_sessions_left_out_by_a_rule_and_not_by_name(
    line_of_files, run_line
):
    study, store = line_of_files.study, store_of(line_of_files.study)
    by_name, by_rule = sorted(store.partitions("time_series"))[:2]
    short = line_of_files.folder / "scans" / f"{by_rule}.npy"
    whole = np.load(short)
    np.save(short, whole[:-20])
    try:
        rules = study.exclude.model_copy(
            update={"min_frames": len(whole) - 10, "sessions": (by_name,)}
        )
        study = study.model_copy(update={"exclude": rules, "quorum": 0.5})
        run_line(study, line_of_files.instance)
        entry = store.entry("cohort", "all")
        table = read_table(store.path(entry, "sessions.parquet")).set_index("session")
        assert table.loc[by_rule, "frames"] == len(whole) - 20
        assert np.isnan(table.loc[by_name, "frames"])
        assert f"time_series/{by_rule}" in entry.inputs
        assert f"time_series/{by_name}" not in entry.inputs
        drawn = store.path(entry, "carpets.svg").read_text(encoding="utf-8")
        assert by_rule in drawn
        assert by_name not in drawn
        # A second run finds nothing to do, although the cohort read a session that is no member.
        assert run_line(study, line_of_files.instance)[0].made == 0
    finally:
        np.save(short, whole)
