"""The example's score, from a study file to the report, on the example's source."""

import numpy as np
import pandas as pd

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.operation.conclusion import conclude
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.study import load_study

STUDY = {
    "source": "noise",
    "autocorrelation": 0.3,
    "n_regions": 8,
    "behaviour": None,
    "methods": ["coherence", "granger", {"lagged_correlation": {"lags": 2}}],
    # Two subjects a pool, normalised over them, have nothing left but signs.
    "fingerprint": {"permutations": 20, "normalise": "none"},
}


def test_a_score_of_another_package_goes_into_the_report(
    installed, write_study, run_line, instance, capsys
):
    settings = {"asymmetry": {"per_subject": False}}
    study = load_study(write_study(**STUDY, scores=[settings]))
    outcome, told = run_line(study, instance)
    assert outcome.failed == {}
    assert told.steps["asymmetry"].to_make == 1
    store = store_of(study)
    entry = store.entry("asymmetry", "all")
    scores = read_table(store.path(entry, "scores.parquet"))
    # Coherence has no direction. Every session counts, and not every subject.
    assert scores["method"].value_counts().to_dict() == {"granger": 8, "lagged_correlation": 8}
    assert scores["asymmetry"].between(0, 1).all()
    page = report_path(study).read_text()
    assert "How much connectivity depends on the direction, per method." in page
    assert "no connectivity to be found" in page
    conclude(study, outcome, 1.0)
    mean = scores[scores["method"] == "granger"]["asymmetry"].mean()
    told_mean = f"Asymmetry (asymmetry; means per method): granger {mean:.3f}, lagged_correlation"
    assert told_mean in capsys.readouterr().out

    # Its setting makes it stale, and what shows it.
    _, told = run_line(load_study(write_study(**STUDY, scores=["asymmetry"])), instance)
    assert told.remade() == {"asymmetry", "report"}
    means = read_table(store.path(store.entry("asymmetry", "all"), "scores.parquet"))
    assert len(means) == 8
    expected = scores.groupby("method")["asymmetry"].mean()
    found = means.groupby("method")["asymmetry"].mean()
    pd.testing.assert_series_equal(found, expected)
    assert np.isfinite(found).all()
