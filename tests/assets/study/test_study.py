"""Study files: what they say, and what is refused with which words."""

import dataclasses
import unicodedata
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.study.selection import selected_study
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import methods as registered
from attnconn_core.errors import StudyError
from attnconn_core.forecasting import PRESETS
from attnconn_core.scoring import ForecastSkill, scores
from attnconn_core.sources import HcpSample, Simulated

REPOSITORY = Path(__file__).resolve().parents[3]


def test_every_shipped_study_is_valid():
    for path in sorted((REPOSITORY / "studies").glob("*.yaml")):
        study = load_study(path)
        assert study.name == path.stem
        assert study.read_out[0] in study.configurations


def test_the_published_experiments_are_whole():
    study = load_study(REPOSITORY / "studies" / "hcp_young_adult.yaml")
    files = [study.experiment_of(name) for name in study.configurations]
    assert (files.count("published_group"), files.count("published_dropout")) == (10, 5)
    ours = study.configurations["attnconn"]
    preset = PRESETS["attnconn"]
    assert (ours.model, ours.training) == (preset.forecaster, preset.training)
    shapes = {name: each.model for name, each in study.configurations.items()}
    assert len(set(shapes.values())) == 16
    assert shapes["window_10"] == shapes["base"].model_copy(update={"input_window": 10})
    assert shapes["base"] == PRESETS["group"].forecaster
    assert study.subject_configuration.model == PRESETS["subject"].forecaster
    # A champion needs frames to be chosen on.
    assert all(each.training.validation_fraction for each in study.configurations.values())
    *published, pattern = study.behaviour.targets
    assert (len(set(published)), pattern) == (62, "FS_*")


def test_the_default_study_is_the_sample(monkeypatch):
    monkeypatch.delenv("ATTNCONN_STUDY", raising=False)
    assert isinstance(load_study(selected_study()).make_source(), HcpSample)


def test_paths_are_relative_to_the_study_file(write_study, tmp_path):
    study = load_study(write_study(phenotypes="../tables/people.csv"))
    assert study.phenotypes == tmp_path / "tables" / "people.csv"
    assert study.store_folder == tmp_path / "store" / "tiny"
    assert study.tracking_folder == tmp_path / "mlruns"


def test_a_simulated_study_makes_its_cohort(tiny_study):
    source = tiny_study.make_source()
    assert isinstance(source, Simulated)
    assert len(source.sessions()) == 8


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fingerprnt": {}}, "unknown key 'fingerprnt'; did you mean 'fingerprint'"),
        (
            {"exclude": {"foo": 2}},
            "unknown key 'exclude.foo'; there are max_jumps, max_motion_max, max_motion_mean, "
            "min_coverage_min, min_frames, min_minutes, sessions",
        ),
        ({"exclude": {"subjects": ["1"]}}, "did you mean 'exclude.sessions', which takes sess"),
        ({"exclude": ["1"]}, "exclude: must hold keys and values; got"),
        ({"scan_lengths": 100}, r"scan_lengths: must be a list, such as \[100\]; got 100"),
        ({"behaviour": {"targets": "IQ, Age"}}, r"targets: must be a list, such as \[IQ, Age\]"),
        ({"exclude": {"sessions": "*"}}, r"sessions: must be a list, such as \['\*'\]"),
        ({"experiments": {"a": 1}}, r"experiments: must be a list, such as \[a, b\]"),
        ({"sessions": ["a", "b", "c"]}, "sessions: must have at most 2 items"),
        ({"sessions": [1, 2]}, r"sessions\.0: a name that YAML .* must be in quotes.*; got 1"),
        ({"granger": {"lag": 2}}, "unknown key 'granger.lag'; did you mean 'lags'"),
        ({"reliability": {"seed": 3}}, "unknown key 'reliability.seed'; did you mean 'seeds'"),
        ({"ensemble": 3}, "'ensemble'; 'ensemble' belongs under 'reliability' or under 'training'"),
        ({"reliability": {"quorum": 0.9}}, "'quorum' belongs at the top of the file"),
        ({"granger": {"lags": 2}}, "both lags and alpha"),
        ({"granger": {"lags": 0, "alpha": 1.0}}, "greater than or equal to 1; got 0"),
        ({"test_fraction": 1.5}, "less than 1; got 1.5"),
        ({"name": "../x"}, "name: must be at most 40 lower-case .*a letter; got '../x'"),
        ({"title": None}, "title: must be given; `attnconn keys title`"),
        ({"source": "floppy"}, "'floppy'"),
        ({"source": None}, "source: must be one of hcp_sample, .*the key is missing"),
        ({"source": None, "sorce": "arrays"}, "did you mean it by 'sorce'"),
        ({"granger": {"min_alpha": 10.0, "max_alpha": 1.0}}, "min_alpha must be below max_alpha"),
        ({"granger": {"lags": 2, "alpha": float("inf")}}, "granger.alpha.*finite number"),
        ({"fingerprint": {"seed": -3}}, "fingerprint.seed.*got -3"),
        ({"group_configurations": ["none_such"]}, "group_configurations.*got none_such"),
        ({"experiments": ["nowhere.yaml"]}, "nowhere.yaml: can't be read"),
        ({"experiments": []}, "experiments"),
        ({"scan_lengths": [5]}, "greater than or equal to 10; got 5"),
    ],
)
def test_a_wrong_key_is_named_with_file_rule_and_value(write_study, changes, words):
    path = write_study(**changes)
    with pytest.raises(StudyError, match=words) as caught:
        load_study(path)
    assert "yaml" in str(caught.value)


def test_a_file_that_is_no_mapping_is_refused(tmp_path):
    path = tmp_path / "list.yaml"
    path.write_text("- a\n- b\n")
    with pytest.raises(StudyError, match="must hold keys and values; got list"):
        load_study(path)


def test_yaml_that_would_run_code_is_refused(tmp_path):
    path = tmp_path / "evil.yaml"
    path.write_text("name: !!python/object/apply:os.system ['touch pwned']\n")
    with pytest.raises(StudyError, match="isn't valid YAML"):
        load_study(path)


def test_a_key_may_have_one_value(write_study):
    path = write_study()
    path.write_text(path.read_text() + "quorum: 0.5\nquorum: 0.9\n")
    with pytest.raises(StudyError, match="a key may occur once; found twice: quorum"):
        load_study(path)


def test_a_study_by_itself_keeps_its_data_beside_it(write_study, tmp_path):
    path = tmp_path / "alone.yaml"
    text = write_study(name="alone").read_text().replace("../experiments", "experiments")
    path.write_text(text)
    study = load_study(path)
    assert study.store_folder == tmp_path / "store" / "alone"
    assert study.tracking_folder == tmp_path / "mlruns"


def test_a_low_rank_is_not_rounded(write_study, tmp_path):
    path = write_study(experiments=["../experiments/tiny.yaml", "../experiments/more.yaml"])
    more = tmp_path / "experiments" / "more.yaml"
    settings = "{model: {query_rank: 2}, training: {precision: %s}}"
    more.write_text(f"group: {{other: {settings % 'float32'}}}", encoding="utf-8")
    assert "other" in load_study(path).configurations
    more.write_text(f"group: {{other: {settings % 'bfloat16'}}}", encoding="utf-8")
    with pytest.raises(StudyError, match=r"more\.yaml.*precision must be 'float32'.*rank 2"):
        load_study(path)


def test_two_experiments_may_not_name_one_configuration(write_study, tmp_path):
    path = write_study(experiments=["../experiments/tiny.yaml", "../experiments/more.yaml"])
    more = tmp_path / "experiments" / "more.yaml"
    more.write_text(yaml.safe_dump({"group": {"base": {}}}))
    with pytest.raises(StudyError, match=r"more\.yaml: another experiment already names base"):
        load_study(path)


def two_experiments(write_study, tmp_path, more, **changes):
    names = ["../experiments/tiny.yaml", "../experiments/more.yaml"]
    path = write_study(experiments=names, **changes)
    (tmp_path / "experiments" / "more.yaml").write_text(yaml.safe_dump(more))
    return path


def test_a_study_says_which_of_several_subject_configurations_it_means(write_study, tmp_path):
    more = {"subject": {"model": {"hidden_dim": 9}}}
    with pytest.raises(
        StudyError, match=r"tiny, more have one: .* such as subject_experiment: tiny"
    ):
        load_study(two_experiments(write_study, tmp_path, more))
    for name, width in (("tiny", 4), ("more", 9)):
        path = two_experiments(write_study, tmp_path, more, subject_experiment=name)
        assert load_study(path).subject_configuration.model.hidden_dim == width
    path = two_experiments(write_study, tmp_path, more, subject_experiment="none")
    with pytest.raises(StudyError, match=r"\(tiny, more\); got none"):
        load_study(path)


def test_fine_tuning_is_that_of_the_configuration_it_goes_on_from(write_study, tmp_path):
    more = {"group": {"other": {}}, "fine_tuning": {"epochs": 7}}
    for first, epochs in (("base", 3), ("other", 7)):
        path = two_experiments(write_study, tmp_path, more, group_configurations=[first])
        assert load_study(path).fine_tuned_configuration.training.epochs == epochs
    path = two_experiments(write_study, tmp_path, {"fine_tuning": {"epochs": 8}})
    assert load_study(path).fine_tuned_configuration.training.epochs == 8


def test_a_method_of_a_configuration_that_is_not_read_names_the_key(write_study, tmp_path):
    keys = {"methods": ["pearson", "attention_group_other"]}
    path = two_experiments(write_study, tmp_path, {"group": {"other": {}}}, **keys)
    with pytest.raises(StudyError, match="models of other, which must be among group_conf"):
        load_study(path)
    keys["group_configurations"] = ["base", "other"]
    path = two_experiments(write_study, tmp_path, {"group": {"other": {}}}, **keys)
    assert load_study(path).methods == ("pearson", "attention_group_other")


def test_a_configuration_whose_name_could_be_a_path_is_refused(write_study, tmp_path):
    path = write_study(experiments=["../experiments/tiny.yaml", "../experiments/more.yaml"])
    more = tmp_path / "experiments" / "more.yaml"
    more.write_text(yaml.safe_dump({"group": {"../x": {}}}))
    with pytest.raises(StudyError, match=r"lower-case letters, digits.*'\.\./x'"):
        load_study(path)


def test_a_study_may_ask_for_some_methods_and_gets_what_they_need(write_study):
    few = load_study(write_study(methods=["pearson", "attention_subject"]))
    assert [method.name for method in few.chosen_methods] == ["pearson", "attention_subject"]
    names = {spec.name for spec in specs(few)}
    assert {"time_series", "quality", "pearson", "subject_forecaster", "fingerprint"} <= names
    assert not names & {"granger", "granger_order", "partial", "group_forecaster", "champion"}
    everything = load_study(write_study())
    assert {"granger_order", "champion"} <= {spec.name for spec in specs(everything)}


def test_an_unknown_method_is_refused(write_study):
    with pytest.raises(
        StudyError, match=r"methods: no method is called grangr: did you mean granger\?$"
    ):
        load_study(write_study(methods=["pearson", "grangr"]))


@pytest.mark.parametrize("choice", ["pcmci", {"pcmci": {"lags": 2}}])
def test_a_method_of_the_extra_says_how_to_get_it(write_study, monkeypatch, choice):
    monkeypatch.setattr("attnconn_core.connectivity.peers.library.find_spec", lambda _: None)
    registered.cache_clear()
    with pytest.raises(
        StudyError,
        match=r"methods: pcmci needs the library tigramite: pip install 'attnconn\[peers\]'",
    ):
        load_study(write_study(methods=["pearson", choice]))
    monkeypatch.undo()
    registered.cache_clear()


def test_a_study_sets_parameters_of_methods(write_study):
    asked = [
        "pearson",
        {"granger": {"lags": 2, "alpha": 10}},
        {"likelihood_ratio": {"measure": "skew"}},
    ]
    study = load_study(write_study(methods=asked, granger=None))
    pearson, _, ratio = study.chosen_methods
    assert dict(pearson.parameters) == {}
    assert (study.granger_settings.lags, study.granger_settings.alpha) == (2, 10)
    assert ratio.make().measure == "skew"
    assert ratio.label == "Likelihood ratio (skew)"
    plain = load_study(write_study(methods=["pearson", "granger", "likelihood_ratio"]))

    def digests(study):
        return {spec.name: spec.recipe.digest for spec in specs(study)}

    stale = {name for name, digest in digests(plain).items() if digests(study)[name] != digest}
    # Pearson stands; time series are checked against the longest window of any method.
    assert {"likelihood_ratio", "granger", "granger_order", "fingerprint"} <= stale
    assert "pearson" not in stale


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        ([{"granger": {"lag": 2}}], "methods: method granger has no parameter 'lag'.*lags, alpha"),
        ([{"granger": {"lags": 2}}], "methods: granger: .*both lags and alpha"),
        ([{"granger": {"lags": "two", "alpha": 1}}], "lags must be of type int; got 'two'"),
        ([{"lagged_correlation": {"lags": -1}}], "methods: method lagged_correlation: .*got -1"),
        (
            ["pearson", {"pearson": {}}],
            "methods may name each method once; named more often: pearson",
        ),
        ([{"perason": {}}], "no method is called perason: did you mean pearson"),
        (
            ["perason", "grangr"],
            r"no method is called perason: did you mean pearson\?; no method is called grangr: did "
            r"you mean granger\?$",
        ),
        (
            ["perason", "wavelets"],
            "perason: did you mean pearson.*; no method is called wavelets; methods must be among "
            ".*or be a method of another package, which must be installed$",
        ),
        (
            [{"granger": {"max_lags": 3}}],
            "max_lags is set by the study's own key granger: write granger: {max_lags: 3} at the "
            "top of the file",
        ),
    ],
)
def test_a_parameter_that_a_method_does_not_take_is_refused(write_study, methods, words):
    with pytest.raises(StudyError, match=words):
        load_study(write_study(methods=methods, granger=None))


def test_a_score_that_no_package_brings_is_refused(write_study):
    with pytest.raises(StudyError, match=r"must be among the further scores.*got astrology"):
        load_study(write_study(scores=["astrology"]))
    with pytest.raises(StudyError, match="fingerprint is set by its own key"):
        load_study(write_study(scores=["fingerprint"]))


def test_a_score_of_the_registry_without_a_key_is_named_under_scores(write_study, monkeypatch):
    @dataclasses.dataclass(frozen=True)
    class Added(ForecastSkill):
        name: ClassVar[str] = "added"
        floor: float = 0.0

    every = {**scores(), "added": Added}
    monkeypatch.setattr("attnconn_assets.study.scores.scores", lambda: every)
    study = load_study(write_study(scores=[{"added": {"floor": 0.25}}]))
    assert study.chosen_scores[-1] == Added(0.25)
    assert "added" in {spec.name for spec in specs(study)}


def test_no_model_depends_on_the_units_of_the_scans_unless_the_file_asks_for_it(write_study):
    path = write_study()
    assert load_study(path).configurations["base"].training.loss == "standardised"
    experiment = path.parent.parent / "experiments" / "tiny.yaml"
    raw = experiment.read_text().replace("epochs: 1", "epochs: 1\n      loss: raw")
    experiment.write_text(raw)
    assert load_study(path).configurations["base"].training.loss == "raw"
    published = load_study(REPOSITORY / "studies" / "hcp_young_adult.yaml")
    assert {published.configurations[name].training.loss for name in ("base", "dropout_90")} == {
        "raw"
    }
    assert published.subject_configuration.training.loss == "raw"


def test_grangers_penalty_has_no_units_unless_the_study_asks_for_them(write_study):
    assert load_study(write_study()).granger_settings.units == "deviations"
    given = {"lags": 2, "alpha": 1.0, "units": "series"}
    assert load_study(write_study(granger=given)).granger_settings.units == "series"
    chosen = [{"granger": {"lags": 2, "alpha": 10}}]
    study = load_study(write_study(granger={"units": "series"}, methods=chosen))
    assert study.granger_settings.units == "series"
    with pytest.raises(StudyError, match=r"granger\.units"):
        load_study(write_study(granger={"units": "tesla"}))


def test_a_study_that_names_no_experiment_has_attnconn(write_study):
    study = load_study(write_study(experiments=None, methods=["pearson"]))
    assert list(study.configurations) == ["attnconn"]
    assert study.experiment_of("attnconn") == "attnconn"


def test_a_study_s_words_and_paths_may_be_in_another_form_of_unicode(write_study, tmp_path):
    decomposed = unicodedata.normalize("NFD", "âge là")
    there = tmp_path / decomposed
    there.mkdir()
    for form in (decomposed, unicodedata.normalize("NFC", decomposed)):
        study = load_study(
            write_study(title=form, behaviour={"targets": [form]}, store=f"../{form}/store")
        )
        assert (study.title, study.behaviour.targets) == ("âge là", ("âge là",))
        assert study.store_folder == there / "store"
