"""Cautions come from scores, and from methods that invert a matrix of too few frames."""

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.study.study import load_study


def test_partial_correlation_of_too_few_frames_is_said_beside_its_scores(
    write_study, run_line, instance
):
    study = load_study(
        write_study(
            n_regions=25,
            n_frames=45,
            test_fraction=0.2,
            baseline_lags=2,
            methods=["partial", "shrinkage_partial"],
            scan_lengths=None,
            granger={"lags": 1, "alpha": 1.0},
        )
    )
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    found = store.entry("cautions", "all").facts["by method"]
    assert "shrinkage_partial" not in found
    assert found["partial"].startswith("do not interpret this matrix: ")
    assert "45 frames of 25 regions: mostly noise (8 of 8 sessions" in found["partial"]
    entry = store.entry("report", "all")
    page = store.path(entry, "report.html").read_text()
    assert "45 frames of 25 regions: mostly noise" in page
