"""A session whose subject came after the cohort's model waits for another model."""

from dataclasses import replace

import yaml

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.building.folds import fold_of
from attnconn_assets.building.staleness import plan, why_again
from attnconn_assets.study.settings import ExclusionRules
from attnconn_assets.study.study import load_study

FOLDS = [{"reads": ["1", "2"]}, {"reads": ["3"]}]


def test_the_fold_of_a_subject_is_the_one_that_reads_it():
    assert [fold_of(FOLDS, subject) for subject in ("2", "3", "4")] == [0, 1, None]
    assert fold_of([{"reads": None}], "4") == 0


def test_a_refresh_waits_with_a_new_subject_and_a_training_goes_on(line, run_line):
    file = line.folder / "studies" / "tiny.yaml"
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**content, "n_subjects": 5}))
    more = load_study(file)
    outcome, _ = run_line(more, line.instance, models=False)
    waits = {
        name: why
        for name, why in outcome.waiting.items()
        if name.startswith("attention_group_base of sub-005")
    }
    assert set(waits) == {
        "attention_group_base of sub-005_ses-retest",
        "attention_group_base of sub-005_ses-test",
    }
    for (cause,) in waits.values():
        assert cause.asset == "group_forecaster"
        assert not cause.failed
        assert cause.why == "was made from a cohort without subject 005: make it again first"
    assert not [name for name in outcome.failed if "sub-005" in name]

    rules = ExclusionRules(sessions=("sub-005",))
    outcome, _ = run_line(more.model_copy(update={"exclude": rules}), line.instance, models=False)
    assert "sub-005_ses-test" not in "".join(outcome.waiting)
    told = outcome.inapplicable["attention_group_base of sub-005_ses-test"]
    assert "without subject 005, whom the study excludes" in told

    # Whoever is in the cohort is made as before.
    (spec,) = [each for each in specs(more) if each.name == "attention_group_base"]
    source = more.make_source()
    found = plan(more, spec, store_of(more), source, source.listing(), specs=specs(more))
    assert len(found.waiting) == 2
    outcome, _ = run_line(more, line.instance)
    assert (outcome.failed, outcome.waiting) == ({}, {})


def test_a_stored_partition_is_made_again_for_a_reason(line):
    (spec,) = [each for each in specs(line.study) if each.name == "pearson"]
    store, key = store_of(line.study), "sub-001_ses-test"
    recipe = spec.recipe_of(key)
    assert why_again(store, recipe, "sub-009_ses-test") == ""
    assert why_again(store, recipe, key) == "inputs"
    assert why_again(store, replace(recipe, settings={"other": 1}), key) == "settings"
    assert why_again(store, replace(recipe, calls=("attnconn_core.errors",)), key) == "code"
    entry = store.entry("pearson", key)
    path = store.path(entry, "matrix.parquet")
    path.rename(path.with_name("hidden"))
    assert why_again(store, recipe, key) == "damage"
    path.with_name("hidden").rename(path)
