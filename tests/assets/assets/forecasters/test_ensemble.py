"""An ensemble in a whole line: models of two seeds are trained, read as one, and pass."""

import yaml

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.study.study import load_study
from attnconn_core.forecasting import Ensemble, load_forecaster
from tests.assets.conftest import REPOSITORY


def test_an_ensemble_of_quick_models_is_read_though_a_member_s_row_is_empty(
    write_study, run_line, instance
):
    path = write_study(
        n_subjects=2,
        n_regions=6,
        methods=["attention_subject"],
        experiments=["../experiments/quick.yaml"],
        reliability={"seeds": 1, "split_half": False},
        behaviour=None,
        scan_lengths=None,
        baseline_lags=5,
    )
    quick = yaml.safe_load((REPOSITORY / "experiments" / "quick.yaml").read_text())
    quick["subject"]["training"] |= {"ensemble": 2, "epochs": 2}
    (path.parent.parent / "experiments" / "quick.yaml").write_text(yaml.safe_dump(quick))
    study = load_study(path)
    outcome, _ = run_line(study, instance)
    assert not [name for name in outcome.failed if name.startswith(("attention", "subject"))]
    store = store_of(study)
    partitions = store.partitions("attention_subject")
    assert len(partitions) == 4
    model = store.entry("subject_forecaster", partitions[0])
    forecaster, *_ = load_forecaster(store.path(model, "model.safetensors"))
    assert isinstance(forecaster, Ensemble)
    read = [store.entry("attention_subject", each).facts["metrics"] for each in partitions]
    assert max(each["row_sum_error"] for each in read) < 1e-4
    # What the rule of rows was broken by: rows that are empty in one member alone.
    assert max(each["empty_rows"] for each in read) > 0
