"""The cohort as an asset: everybody is listed, and who is left out with the reason."""

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.study import load_study


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
