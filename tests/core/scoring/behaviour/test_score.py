from dataclasses import replace

import numpy as np
import pytest

from attnconn_core.errors import CohortError
from attnconn_core.scoring import (
    ALL_TARGETS,
    Behaviour,
    Confounds,
    CrossValidation,
    compare_targets,
    edge_features,
    headline_cells,
    in_words,
    score_behaviours,
)
from attnconn_core.scoring.behaviour.answers import squared_errors

QUICK = {"folds": 3, "seed": 1, "repeats": 2, "permutations": 20}
PLAN = CrossValidation(folds=3, repeats=2, seed=1, permutations=20)


@pytest.fixture(scope="module")
def study(make_study):
    # Of subject 003 only the retest is there.
    return make_study(subjects=9, absent=["sub-003_ses-test"])


def features(study, method, directed):
    keys = [each.key for each in study.cohort.one_each()]
    stacked = np.stack([study.matrices(method, key)[120].values for key in keys])
    return edge_features(stacked, directed)


def expected(table, method):
    own = table[table["method"] == method].drop(columns=["method", "kind", "q", "star"])
    return own.reset_index(drop=True)


def test_every_method_and_null_model_predicts_every_target(study):
    scored = Behaviour(**QUICK, family_column="Family_ID").score(study)
    table = scored.tables["scores"]
    assert table["method"].unique().tolist() == [
        *("pearson", "null_mean_pearson", "granger", "null_mean_granger"),
        *("attention_subject", "null_mean_attention_subject"),
    ]
    targets = study.phenotypes[["Score", "Null"]]
    families = study.phenotypes["Family_ID"].to_numpy()
    for method in study.methods:
        edges = features(study, method.name, method.directed)
        found = score_behaviours(edges, targets, cross_validation=PLAN, groups=families)
        assert expected(table, method.name).equals(found.scores)
        mean = edges.mean(axis=1, keepdims=True)
        null = score_behaviours(
            mean, targets, model="least_squares", cross_validation=PLAN, groups=families
        )
        assert expected(table, f"null_mean_{method.name}").equals(null.scores)
    assert table["kind"].unique().tolist() == ["method", "null model"]
    compared = scored.tables["comparison"]
    assert "null_mean_granger" not in {*compared["first"], *compared["second"]}
    assert list(scored.tables["predictions"].columns) == [
        *("method", "target", "subject", "predicted", "measured")
    ]
    assert len(scored.tables["predictions"]) == 6 * 2 * 9
    assert scored.facts == {
        "subjects": 9,
        "without a row": [],
        "without a target": [],
        "unusable targets": {},
        "confounds, not predicted": [],
        "null models dropped": {},
    }


def test_confounds_are_taken_out_and_predict_by_themselves(study):
    asked = Behaviour(**QUICK, targets=("Score",), confounds=("Null",), model="cpm")
    scored = asked.score(study)
    targets, values = study.phenotypes[["Score"]], study.phenotypes[["Null"]].to_numpy()
    alone = score_behaviours(values, targets, model="least_squares", cross_validation=PLAN)
    assert expected(scored.tables["scores"], "null_confounds").equals(alone.scores)
    adjusted = score_behaviours(
        features(study, "granger", True),
        targets,
        model="cpm",
        cross_validation=PLAN,
        confounds=Confounds(values),
    )
    assert expected(scored.tables["scores"], "granger").equals(adjusted.scores)
    assert scored.facts["confounds, not predicted"] == ["Null"]


def test_null_models_can_be_left_out(study):
    asked = Behaviour(**QUICK, targets=("Score",), confounds=("Null",), null_models=False)
    assert asked.score(study).tables["scores"]["kind"].unique().tolist() == ["method"]


def test_methods_are_compared_target_by_target_and_over_all(study):
    asked = Behaviour(**QUICK)
    scored = asked.score(study)
    measured = list(asked.measures(scored.tables, scored.facts))
    assert [each.measure for each in measured] == ["r, Score", "r, Null", f"r, {ALL_TARGETS}"]
    assert [each.drawn for each in measured] == [False, False, True]
    table = scored.tables["scores"]
    methods = table[table["kind"] == "method"]
    errors = squared_errors(scored.tables["predictions"])
    compared = compare_targets(
        methods, scored.tables["comparison"], errors[errors["method"].isin(methods["method"])]
    )
    for each, one in zip(measured, compared.values(), strict=True):
        assert each.compared.scores.equals(one.scores)
        assert each.compared.verdict == one.verdict
        assert each.compared.support.units == 9
        assert "9 subjects are too few" in each.compared.verdict.sentence
        assert each.beside["method"].tolist()[0] == "null_mean_pearson"
    null = table[table["method"] == "null_mean_granger"]
    over_all = measured[-1].beside.set_index("method").loc["null_mean_granger"]
    assert over_all["value"] == null["r"].mean()
    assert measured[0].beside.set_index("method").loc["null_mean_granger", "value"] == (
        null.loc[null["target"] == "Score", "r"].item()
    )


def test_one_target_is_drawn(study):
    asked = Behaviour(**QUICK, targets=("Score",))
    scored = asked.score(study)
    assert [each.drawn for each in asked.measures(scored.tables, {})] == [True]


def test_few_subjects_are_said_of_an_r(make_study):
    study = make_study(subjects=4)
    asked = Behaviour(**{**QUICK, "folds": 4}, targets=("Score",))
    scored = asked.score(study)
    (measured,) = asked.measures(scored.tables, scored.facts)
    assert measured.missing == "an interval needs at least 5 subjects; there are 4"
    scores, verdicts = measured.scores(), measured.verdict()
    for r, said in (
        (
            -1.0,
            "No method is shown to predict Score in unseen subjects: the highest r, of pearson, "
            "granger and",
        ),
        (
            1.0,
            "(r 1.00; n = 4 subjects); 4 subjects describe this sample and are too few for a "
            "ranking",
        ),
    ):
        cells = headline_cells(scores.assign(value=r), verdicts)
        (sentence,) = in_words(cells, verdicts, str)
        assert said in sentence
        assert "n = 4 subjects" in sentence


def test_subjects_without_a_row_or_a_target_are_listed(make_study):
    table = make_study(subjects=9).phenotypes.drop(index="001")
    table.loc["002", "Null"] = np.nan
    asked = Behaviour(**QUICK, targets=("Score",), confounds=("Null",))
    scored = asked.score(make_study(subjects=9, phenotypes=table))
    assert scored.facts["without a row"] == ["001"]
    assert scored.facts["without a target"] == ["002"]
    assert scored.facts["subjects"] == 8
    with pytest.raises(CohortError, match="of 9 subjects with a scan none has one"):
        asked.score(make_study(subjects=9, phenotypes=table.iloc[:0]))


def test_no_target_that_can_be_predicted_is_an_error(make_study):
    table = make_study(subjects=9).phenotypes.assign(Score=1.0)
    with pytest.raises(CohortError, match=r"can be predicted; Score: "):
        Behaviour(**QUICK, targets=("Score",)).score(make_study(subjects=9, phenotypes=table))


def test_a_null_model_without_a_feature_is_dropped_by_name(make_study, monkeypatch):
    """Rows that sum to 1, as attention's do, have one mean in all subjects, up to rounding."""
    study = make_study(subjects=9)
    read = study.whole_scan

    def normalised(method, key):
        found = read(method, key)
        if method != "granger":
            return found
        values = found.values.astype(np.float64)
        np.fill_diagonal(values, 0.0)
        values = np.abs(values) / np.abs(values).sum(axis=1, keepdims=True)
        return replace(found, values=values.astype(np.float32))

    monkeypatch.setattr(study, "whole_scan", normalised)
    scored = Behaviour(**QUICK, targets=("Score",)).score(study)
    assert "null_mean_granger" not in set(scored.tables["scores"]["method"])
    assert {"granger", "null_mean_pearson"} <= set(scored.tables["scores"]["method"])
    dropped = scored.facts["null models dropped"]
    assert list(dropped) == ["null_mean_granger"]
    assert "mean edges are the same in all subjects" in dropped["null_mean_granger"]
    measured = next(iter(Behaviour(**QUICK).measures(scored.tables, scored.facts)))
    assert "null_mean_granger" not in set(measured.beside["method"])


def test_columns_of_words_are_named_and_not_skipped_without_a_word(make_study):
    table = make_study(subjects=9).phenotypes.assign(Sex=["F", "M", "F"] * 3)
    study = make_study(subjects=9, phenotypes=table)
    (note,) = Behaviour(**QUICK, family_column="Family_ID").score(study).notes
    assert "doesn't predict columns that hold words (Sex)" in note
    assert (
        Behaviour(**QUICK, family_column="Family_ID", targets=("Score",)).score(study).notes == ()
    )


def test_a_column_of_families_that_the_study_does_not_name(make_study):
    study = make_study(subjects=9)
    assert "Family_ID" in study.phenotypes
    (note,) = Behaviour(**QUICK).score(study).notes
    assert "set behaviour.family_column to Family_ID" in note
    assert Behaviour(**QUICK, family_column="Family_ID").score(study).notes == ()


def test_a_target_that_confounds_explain_is_not_predicted(make_study):
    table = make_study(subjects=9).phenotypes
    table = table.assign(Twice=2 * table["Score"] + 1)
    settings = {**QUICK, "targets": ("Score", "Other"), "confounds": ("Twice",)}
    table["Other"] = np.random.default_rng(3).normal(size=9)
    scored = Behaviour(**settings).score(make_study(subjects=9, phenotypes=table))
    assert set(scored.tables["scores"]["target"]) == {"Other"}
    assert "they explain all of it" in scored.facts["unusable targets"]["Score"]
    with pytest.raises(CohortError, match="Score: confounds must leave something"):
        Behaviour(**{**settings, "targets": ("Score",)}).score(
            make_study(subjects=9, phenotypes=table)
        )


def test_who_has_no_family_is_named(make_study):
    study = make_study(subjects=9)
    table = study.phenotypes.copy()
    lost = table.index[[2, 5]].tolist()
    table.loc[lost, "Family_ID"] = None
    settings = Behaviour(**QUICK, family_column="Family_ID")
    told = rf"family_column: Family_ID.*; 2 of 9 have none: {', '.join(map(str, lost))}"
    with pytest.raises(CohortError, match=told):
        settings.score(make_study(subjects=9, phenotypes=table))
    with pytest.raises(CohortError, match=told):
        settings.check_early(study.cohort, table)


def test_too_few_families_are_said_with_the_one_that_may_be_none(make_study):
    study = make_study(subjects=9)
    table = study.phenotypes.assign(Family_ID=["a", "a", *["0"] * 6, "b"])
    settings = Behaviour(**QUICK, family_column="Family_ID")
    with pytest.raises(CohortError, match=r"got 3; family_column Family_ID: 6 of 9 .*family \(0\)"):
        settings.check_early(study.cohort, table)
    alone = table.assign(Family_ID=table["Family_ID"].replace("0", "unrelated"))
    found = settings.check_early(study.cohort, alone)
    assert "of 8 families" in found.would
    assert any("unrelated is read as having no relatives" in note for note in found.notes)


def test_a_target_that_is_a_confound_is_said(make_study):
    study = make_study(subjects=9)
    both = Behaviour(**QUICK, targets=("Score",), confounds=("Score",))
    with pytest.raises(CohortError, match=r"no confound; Score is also under behaviour\.confounds"):
        both.check_early(study.cohort, study.phenotypes)
    table = study.phenotypes.assign(Age=np.random.default_rng(1).normal(size=9))
    one = Behaviour(**QUICK, targets=("Score", "Age"), confounds=("Age",))
    notes = one.check_early(study.cohort, table).notes
    assert notes[0].startswith(
        "behaviour doesn't predict Age: a column that is also under behaviour.confounds"
    )


def test_a_target_that_nearly_nobody_differs_in_is_said(make_study):
    table = make_study(subjects=12).phenotypes
    table = table.assign(Rare=[1.0] + [0.0] * 11)
    study = make_study(subjects=12, phenotypes=table)
    (note,) = (
        Behaviour(**QUICK, targets=("Rare",), family_column="Family_ID")
        .check_early(study.cohort, table)
        .notes
    )
    assert "Rare is 0 for 11 of 12 subjects" in note


def test_a_date_is_not_predicted_and_what_may_be_one_is_said(make_study):
    table = make_study(subjects=9).phenotypes
    table = table.assign(Born=19900101 + np.arange(9), Volume=40000 + np.arange(9))
    study = make_study(subjects=9, phenotypes=table)
    settings = Behaviour(**{**QUICK, "permutations": 0}, targets=("Score", "Born", "Volume"))
    scored = settings.score(study)
    assert set(scored.tables["scores"]["target"]) == {"Score", "Volume"}
    assert "it holds dates (yyyymmdd" in scored.facts["unusable targets"]["Born"]
    of_born, of_volume, *_ = scored.notes
    assert of_born.startswith("behaviour doesn't predict Born: a target must be a quantity")
    assert "Volume: whole numbers from 20000 to 60000, as spreadsheets store dates" in of_volume
    with pytest.raises(CohortError, match="Born: a target must be a quantity; it holds dates"):
        Behaviour(**QUICK, targets=("Born",)).check_early(study.cohort, table)


def test_a_confound_that_is_the_same_for_all_is_dropped_by_name(make_study):
    table = make_study(subjects=9).phenotypes.assign(Site="A", Field=3.0)
    study = make_study(subjects=9, phenotypes=table)
    asked = Behaviour(**QUICK, targets=("Score",), confounds=("Site", "Field"))
    scored = asked.score(study)
    assert "null_confounds" not in set(scored.tables["scores"]["method"])
    told = "\n".join(scored.notes)
    for name, value in (("Site", "A"), ("Field", "3.0")):
        assert f"confound {name} is dropped: it is {value} for all 9 subjects" in told
    without = Behaviour(**QUICK, targets=("Score",)).score(study)
    assert scored.tables["scores"].equals(without.tables["scores"])


def test_a_target_that_is_little_but_a_confound_is_said(make_study):
    table = make_study(subjects=12).phenotypes
    age = np.arange(12.0) + 20
    months = 12 * age + np.tile([0, 5], 6)
    table = table.assign(Age=age, Months=months)
    study = make_study(subjects=12, phenotypes=table)
    settings = Behaviour(**QUICK, targets=("Months", "Score"), confounds=("Age",))
    explained = np.corrcoef(age, months)[0, 1] ** 2
    for notes in (settings.score(study).notes, settings.check_early(study.cohort, table).notes):
        (note,) = [each for each in notes if "confounds explain" in each]
        assert f"confounds explain {explained:.1%} of Months" in note


def test_a_family_in_two_spellings_is_refused(make_study):
    table = make_study(subjects=9).phenotypes
    table = table.assign(Family_ID=["f01", "F1", *(f"f{n}" for n in range(10, 17))])
    with pytest.raises(CohortError, match=r"family_column: Family_ID\); it has 'f01' and 'F1'"):
        Behaviour(**QUICK, family_column="Family_ID").check_early(
            make_study(subjects=9).cohort, table
        )
