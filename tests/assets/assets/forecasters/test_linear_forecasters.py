"""Linear forecasters as assets: per session, from pooled moments that hold no test frame."""

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.assets.forecasters import specs as forecasters
from attnconn_assets.building.making import make
from attnconn_assets.building.platform import Platform
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_series, read_table
from attnconn_assets.storage.moments import read_moments
from attnconn_assets.study.study import load_study
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import LINEAR_FORECASTERS, linear_forecasts
from attnconn_core.timeseries import split


class Heard:
    """Keeps what a body says."""

    def __init__(self):
        self.messages = []

    def info(self, message):
        self.messages.append(message)


@pytest.fixture
def arrays(write_study, tmp_path):
    """A function that writes a study of scans in files, and makes their time series."""

    def build(groups, sessions=("test", "retest")):
        rng = np.random.default_rng(4)
        (tmp_path / "scans").mkdir()
        for subject in groups:
            for session in sessions:
                path = tmp_path / "scans" / f"sub-{subject}_ses-{session}.npy"
                np.save(path, rng.normal(size=(120, 5)))
        rows = ["Subject,Group", *(f"{subject},{group}" for subject, group in groups.items())]
        (tmp_path / "people.csv").write_text("\n".join(rows))
        named = {"group_column": "Group"} if any(groups.values()) else {}
        study = load_study(
            write_study(
                source="arrays",
                root="../scans",
                repetition_time=0.72,
                subjects="../people.csv",
                behaviour=None,
                **named,
                **dict.fromkeys(("n_subjects", "n_regions", "n_frames")),
            )
        )
        heard = Heard()
        platform = Platform(study, **resources(study), log=heard, dagster_run="dagster-1")
        # Those that no score of this study reads, too.
        spec = {each.name: each for each in (*forecasters.specs(study), *specs(study))}
        for session in platform.sessions:
            make(platform, spec["time_series"], session)
        return platform, lambda asset, key=WHOLE: make(platform, spec[asset], key).entry, heard

    return build


def pooled_of(platform):
    entry = platform.store.entry("pooled_moments", WHOLE)
    return read_moments(platform.store.path(entry, "moments.safetensors"))


def test_a_line_scores_every_linear_forecaster(line):
    assert line.told.steps["pooled_moments"].to_make == 1
    assert line.told.steps["linear_forecasters"].to_make == 8
    store = resources(line.study)["store"]
    key = "sub-001_ses-test"
    series = read_series(store.path(store.entry("time_series", key), "series.parquet"))
    moments = store.path(store.entry("pooled_moments", WHOLE), "moments.safetensors")
    others = read_moments(moments).without("001")
    expected = linear_forecasts(*split(series, 0.1), 5, others)
    entry = store.entry("linear_forecasters", key)
    table = read_table(store.path(entry, "skill.parquet")).set_index("method")
    assert list(table.index) == list(LINEAR_FORECASTERS)
    for name, each in expected.items():
        assert table.loc[name, "r2"] == each.skill.r2
        assert entry.facts["alphas"][name] == each.fit.alpha
    scores = read_table(store.path(store.entry("forecast_skill", WHOLE), "scores.parquet"))
    own = scores[(scores["subject"] == "001") & (scores["session"] == "test")]
    assert own.set_index("method")["r2"].to_dict().items() >= table["r2"].to_dict().items()
    run = resources(line.study)["tracking"].client().get_run(entry.made_by["mlflow_run"])
    assert run.data.metrics["r2/hierarchical_var"] == table.loc["hierarchical_var", "r2"]


def test_only_the_train_group_is_pooled(arrays):
    platform, made, _ = arrays({"1": "train", "2": "train", "3": "test", "4": "test"})
    assert made("pooled_moments").facts["subjects"] == ["1", "2"]
    pooled = pooled_of(platform)
    assert pooled.without("3").n_samples == pooled.total.n_samples
    assert pooled.without("1").n_samples == pooled.total.n_samples / 2
    # 108 of 120 frames may be learnt from.
    assert pooled.total.n_samples == 4 * (108 - pooled.lags)


def test_a_cohort_of_test_subjects_has_nothing_to_pool(arrays):
    _, made, _ = arrays({"1": "test", "2": "test", "3": "test"})
    with pytest.raises(
        CohortError, match="pooled moments need at least one session in group train"
    ):
        made("pooled_moments")


def test_one_subject_has_no_others_to_be_informed_by(arrays):
    _, made, _ = arrays({"1": ""})
    made("pooled_moments")
    facts = made("linear_forecasters", "sub-1_ses-test").facts
    assert list(facts["skill"]) == [
        name for name, kind in LINEAR_FORECASTERS.items() if not kind.cohort_informed
    ]
    assert list(facts["left_out"]) == ["cohort_var", "hierarchical_var"]
    assert "at least one other subject" in facts["left_out"]["hierarchical_var"]


def test_one_penalty_forecasts_the_sessions_that_may_train_best(arrays):
    platform, made, _ = arrays({"1": "train", "2": "train", "3": "train", "4": "test"})
    made("pooled_moments")
    curves = {}
    for key in platform.sessions:
        entry = made("linear_forecasters", key)
        table = read_table(platform.store.path(entry, "penalties.parquet"))
        own = table[table["method"] == "hierarchical_var"].set_index("alpha")["validation_r2"]
        assert own.idxmax() == entry.facts["alphas"]["hierarchical_var"]
        curves[key] = own
    assert len({own.idxmax() for own in curves.values()}) > 1
    mean = sum(own for key, own in curves.items() if "sub-4" not in key) / 6
    facts = made("shared_penalty").facts
    assert facts["alpha"] == mean.idxmax()
    assert facts["validation_r2"] == pytest.approx(mean.max())
    assert facts["sessions averaged"] == 6


def test_a_penalty_is_shared_by_those_who_have_others(arrays):
    _, made, _ = arrays({"1": ""})
    made("pooled_moments")
    for session in ("test", "retest"):
        made("linear_forecasters", f"sub-1_ses-{session}")
    with pytest.raises(
        CohortError, match=r"learns from other subjects; none of 2 sessions has one"
    ):
        made("shared_penalty")


def test_a_long_pass_says_how_far_it_is(arrays):
    _, made, heard = arrays(dict.fromkeys([f"{n:02}" for n in range(13)], ""))
    made("pooled_moments")
    assert "pooled 25 of 26 sessions" in heard.messages
