"""Reliability as assets: what is repeated, by which models, and where warnings are seen."""

import re

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import specs, store_of, tracking_of
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.storage.formats import read_matrices, read_series, read_table
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import Attention
from attnconn_core.forecasting import fit
from attnconn_core.scoring import agreement
from attnconn_core.timeseries import split

SESSION = "sub-001_ses-test"
TRAINED = ("attention_group_base", "attention_subject", "attention_finetuned")
WARNING = "do not interpret this matrix: "


@pytest.fixture(scope="module")
def store(line):
    return store_of(line.study)


def matrix(store, asset, name="matrix.parquet"):
    found = read_matrices(store.path(store.entry(asset, SESSION), name))
    return found[max(found)]


def series_of(store):
    return read_series(store.path(store.entry("time_series", SESSION), "series.parquet"))


def table(store, asset, name="scores"):
    return read_table(store.path(store.entry(asset, "all"), f"{name}.parquet"))


def test_halves_are_estimated_as_shorter_scans_are_the_second_with_another_seed(line, store):
    series, configuration = series_of(store), line.study.subject_configuration.reseeded(2)
    stored = read_matrices(store.path(store.entry("attention_subject", SESSION), "matrix.parquet"))
    first, second = (
        matrix(store, "repeats_attention_subject", f"{half}_half.parquet")
        for half in ("first", "second")
    )
    np.testing.assert_array_equal(first.values, stored[60].values)
    half = split(series, 0.5)[1]
    model = fit(configuration.model, [half], configuration.training).forecaster
    np.testing.assert_array_equal(second.values, Attention(model).estimate(half).values)


def test_another_seed_is_the_same_training_with_that_seed(line, store):
    series = series_of(store)
    configuration = line.study.subject_configuration.reseeded(2)
    assert configuration.training.seed != line.study.subject_configuration.training.seed
    training = split(series, 0.1)[0]
    model = fit(configuration.model, [training], configuration.training).forecaster
    expected = Attention(model, test_fraction=0.1).estimate(series)
    found = matrix(store, "repeats_attention_subject", "seed_2.parquet")
    np.testing.assert_array_equal(found.values, expected.values)
    row = table(store, "reliability", "sessions").query(
        "what == 'seeds' and method == 'attention_subject' and subject == '001'"
    )
    r = agreement(matrix(store, "attention_subject"), found).r
    assert r == pytest.approx(row[row["session"] == "test"]["r"].item())


def test_the_whole_line_of_a_model_is_of_its_seed(store):
    tuned = store.entry("finetuned_forecaster_seed_2", SESSION)
    assert set(tuned.inputs) == {f"time_series/{SESSION}", "group_forecaster_base_seed_2/all"}
    repeats = store.entry("repeats_attention_finetuned", SESSION)
    assert f"finetuned_forecaster_seed_2/{SESSION}" in repeats.inputs
    # The second half goes on from the cohort model of the other seed, too.
    assert "group_forecaster_base_seed_2/all" in repeats.inputs
    own = store.entry("group_forecaster", "base")
    other = store.entry("group_forecaster_base_seed_2", "all")
    assert own.facts["folds"] == other.facts["folds"]
    assert own.digest != other.digest


def test_every_method_has_a_row_and_only_trained_ones_have_seeds(line, store):
    scores = table(store, "reliability").set_index("method")
    assert list(scores.index) == [each.name for each in line.study.chosen_methods]
    assert scores["seeds_n"].gt(0).to_dict() == {name: name in TRAINED for name in scores.index}
    assert scores[["halves_r", "icc"]].notna().all(axis=None)


def test_warnings_are_seen_wherever_scores_stand(line, store):
    found = table(store, "cautions", "cautions").set_index("method")["warning"].to_dict()
    # So short a training of so small a network can't be anything else.
    assert set(found) >= set(TRAINED)
    assert "models of different seeds agree at r = " in found["attention_subject"]
    assert "does not beat each region's own past" in found["attention_subject"]
    for asset in ("group_mean", "fingerprint", "behaviour", "comparison", "report"):
        entry = store.entry(asset, "all")
        assert entry.facts["warnings"] == found
        assert "cautions/all" in entry.inputs
    for asset in ("reliability", "forecast_skill"):
        own = store.entry(asset, "all").facts["warnings"]
        assert own["attention_subject"].startswith(WARNING)
        assert "cautions/all" not in store.entry(asset, "all").inputs
    compared = table(store, "comparison")
    warned = compared[compared["warning"] != ""]
    assert set(warned["method"]) == set(found)
    headline = table(store, "report", "headline").set_index("method")["warning"]
    assert headline[headline != ""].to_dict() == found


def test_warnings_are_tags_in_mlflow_metadata_in_dagster_and_a_section_of_the_report(line, store):
    client = tracking_of(line.study).client()
    (experiment,) = [e for e in client.search_experiments() if e.name == "fingerprint"]
    runs = client.search_runs([experiment.experiment_id], "tags.`attnconn.current` = 'true'")
    tags = {run.data.params["method"]: run.data.tags for run in runs if "method" in run.data.params}
    assert tags["attention_subject"]["attnconn.warning"].startswith(WARNING)
    assert "attnconn.warning" not in tags["pearson"]
    key = next(k for k in line.instance.all_asset_keys() if k.path[-1] == "fingerprint")
    event = line.instance.get_latest_materialization_event(key).asset_materialization
    assert event.metadata["warning: attention_subject"].value.startswith(WARNING)


@pytest.mark.parametrize("asset", ["attention_subject", "subject_forecaster"])
def test_what_is_made_before_it_is_judged_says_where_cautions_are(line, asset):
    key = next(k for k in line.instance.all_asset_keys() if k.path[-1] == asset)
    event = line.instance.get_latest_materialization_event(key).asset_materialization
    said = event.metadata["cautions"].value
    assert f"the asset {CAUTIONS}" in said
    client = tracking_of(line.study).client()
    experiments = [each.experiment_id for each in client.search_experiments()]
    runs = client.search_runs(experiments, f"tags.`attnconn.asset` = '{asset}'")
    assert {run.data.tags["attnconn.cautions"] for run in runs} == {said}
    others = client.search_runs(experiments, "tags.`attnconn.asset` = 'time_series'")
    assert not any("attnconn.cautions" in run.data.tags for run in others)


@pytest.mark.parametrize(
    "section", ["scores", "fingerprint", "forecast", "reliability", "behaviour"]
)
def test_names_have_their_marks_in_every_table_of_the_report(line, section):
    page = (line.study.store_folder / "report.html").read_text(encoding="utf-8")
    own = page.partition(f'<h2 id="{section}">')[2].partition("</section>")[0]
    own = own.replace("\u00a0", " ")  # a mark stays on its name's line
    names = re.findall(r'<th scope="(?:row|col)">(Attention[^<]*)</th>', own)
    assert {"Attention (subject) ⚠", "Attention (fine-tuned) † ⚠"} <= set(names)
    assert all(name.endswith(" ⚠") for name in names)
    assert "†: cohort-informed, also rests on other subjects" in own


def names(path):
    return {spec.name for spec in specs(load_study(path))}


def test_what_is_repeated_is_a_setting(write_study):
    usual = names(write_study())
    assert {"repeats_pearson", "subject_forecaster_seed_2"} <= usual
    alone = names(write_study(reliability={"seeds": 1}))
    assert not any("seed" in name for name in alone)
    assert "repeats_attention_subject" in alone
    whole = names(write_study(reliability={"split_half": False, "seeds": 3}))
    assert "repeats_pearson" not in whole
    assert {"repeats_attention_subject", "group_forecaster_base_seed_3"} <= whole
    untrained = names(write_study(methods=["pearson"]))
    assert not any("seed" in name for name in untrained)
