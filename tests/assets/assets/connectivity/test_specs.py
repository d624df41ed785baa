"""The methods that a study asks for by name."""

import numpy as np

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage.formats import read_matrices, read_table
from attnconn_assets.study.study import load_study


def test_a_study_may_ask_for_every_method(write_study, run_line, instance):
    usual = load_study(write_study())
    usual_names = [method.name for method in usual.chosen_methods]
    unusual = [name for name in usual.every_method if name not in usual_names]
    # Two subjects a pool, normalised over them, have nothing left but signs; and in five
    # regions a lasso may find no edge at all.
    fingerprint = {"permutations": 20, "normalise": "none"}
    # Models of another seed are those of the usual methods' line.
    few = {"n_regions": 10, "reliability": {"seeds": 1}}
    quick = [{"mindy": {"batches": 50}} if name == "mindy" else name for name in unusual]
    study = load_study(write_study(methods=quick, fingerprint=fingerprint, **few))
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    scores = read_table(store.path(store.entry("fingerprint", "all"), "scores.parquet"))
    assert set(scores["method"]) == set(unusual)
    # Group models are cross-fitted; the point that tangents touch is everybody's.
    saw = scores.set_index("method")["saw_subject"]
    assert saw[["ablation_group_base", "sensitivity_group_base"]].eq(0).all()
    assert saw["tangent"] == 1
    assert np.isnan(saw["patel_tau"])
    for method in unusual:
        entry = store.entry(method, "sub-001_ses-test")
        matrices = read_matrices(store.path(entry, "matrix.parquet"))
        assert sorted(matrices) == [60, 120], method
        for matrix in matrices.values():
            symmetric = np.allclose(matrix.values, matrix.values.T)
            assert symmetric != study.every_method[method].directed
