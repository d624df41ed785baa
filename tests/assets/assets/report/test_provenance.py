"""The report gives the versions that its results were made with, not those of the day."""

import dataclasses

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.report.provenance import _versions
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.building import making
from attnconn_assets.building.versions import versions
from attnconn_assets.storage.trace import versions_behind
from attnconn_assets.study.study import load_study


def test_results_of_several_versions_are_counted():
    assert _versions({"scipy 1": 3}) == "scipy 1"
    assert _versions({"": 3}) == "not recorded"
    assert _versions({"scipy 2": 1, "": 1, "scipy 1": 3}) == (
        "3 results with scipy 1; 1 results with versions that were not recorded; "
        "1 results with scipy 2"
    )


def test_a_report_made_after_an_upgrade_has_the_versions_of_its_results(
    write_study, run_line, instance, monkeypatch
):
    study = load_study(write_study(n_subjects=2, methods=["pearson"], behaviour=None))
    run_line(study, instance)
    assert f"<td>{versions()}</td>" in report_path(study).read_text(encoding="utf-8")

    monkeypatch.setattr(making, "versions", lambda: "scipy 9")
    renamed = load_study(
        write_study(n_subjects=2, methods=["pearson"], behaviour=None, title="Another title")
    )
    outcome, _ = run_line(renamed, instance)
    assert outcome.made == 1
    assert f"<td>{versions()}</td>" in report_path(study).read_text(encoding="utf-8")
    store = store_of(study)
    assert store.entry("report", "all").made_by["versions"] == "scipy 9"
    behind = versions_behind(store, "report/all")
    assert (behind["scipy 9"], len(behind)) == (1, 2)
    # What was made by code that didn't record versions says so.
    entry = store.entry("pearson", "sub-001_ses-test")
    assert dataclasses.replace(entry, made_by={}).digest == entry.digest
