import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import Confounds, confound_columns
from attnconn_core.scoring.behaviour.confounds import adjusted_truth


def test_coefficients_are_those_of_the_training_subjects():
    rng = np.random.default_rng(0)
    confounds = rng.normal(5, [1, 100, 0.1], size=(30, 3))
    targets = confounds @ rng.normal(size=(3, 2)) + rng.normal(size=(30, 2))
    fold = np.arange(30) % 3
    truth = adjusted_truth(targets, fold, Confounds(confounds))
    for number in range(3):
        train = fold != number
        line = LinearRegression().fit(confounds[train], targets[train])
        expected = targets - (confounds - confounds.mean(axis=0)) @ line.coef_.T
        np.testing.assert_allclose(truth[~train], expected[~train], atol=1e-8)
        _, adjusted = Confounds(confounds).adjust(np.empty((30, 0)), targets, train)
        np.testing.assert_allclose(adjusted, expected, atol=1e-8)


def test_features_are_adjusted_only_if_asked():
    rng = np.random.default_rng(1)
    confounds, features = rng.normal(size=(20, 1)), rng.normal(size=(20, 4))
    train = np.arange(20) < 15
    kept, _ = Confounds(confounds).adjust(features, features, train)
    assert kept is features
    adjusted, _ = Confounds(confounds, from_features=True).adjust(features, features, train)
    centred = confounds[train] - confounds[train].mean()
    np.testing.assert_allclose(centred.T @ adjusted[train], 0, atol=1e-10)


def test_repeated_and_constant_columns_change_nothing():
    rng = np.random.default_rng(2)
    one, target = rng.normal(size=(20, 1)), rng.normal(size=(20, 1))
    more = np.column_stack([one, 2 * one, np.ones(20)])
    train = np.arange(20) < 15
    first, second = (Confounds(c).adjust(target, target, train)[1] for c in (one, more))
    np.testing.assert_allclose(first, second, atol=1e-10)


def test_words_become_columns_and_a_missing_cell_takes_the_row():
    table = pd.DataFrame({"Age": [30.0, 40, np.nan, 20], "Site": ["a", "b", "c", None], "x": 0})
    coded = confound_columns(table, ["Age", "Site"])
    assert list(coded) == ["Age", "Site_b", "Site_c"]
    assert coded.iloc[:2].to_numpy().tolist() == [[30, 0, 0], [40, 1, 0]]
    assert coded.iloc[2:].isna().all(axis=None)


def test_what_cannot_be_a_confound_is_refused():
    with pytest.raises(ParameterError, match="missing: Motion"):
        confound_columns(pd.DataFrame({"Age": [1.0]}), ["Age", "Motion"])
    with pytest.raises(ParameterError, match=r"confounds must be finite; 1 subject"):
        Confounds(np.array([[1.0], [np.nan]]))


def test_a_word_among_numbers_makes_no_categories():
    ages = pd.DataFrame({"Age": ["22", "about 30", "31.5", None]}, index=list("abcd"))
    with pytest.raises(
        ParameterError, match=r"Age must hold numbers alone.*'about 30' \(subject b\)"
    ):
        confound_columns(ages, ["Age"])


def test_categories_that_tell_subjects_apart_are_refused():
    names = pd.DataFrame({"Name": [f"n{k}" for k in range(20)]})
    with pytest.raises(ParameterError, match=r"Name .* it has 20 of 20 subjects"):
        confound_columns(names, ["Name"])


def test_numbers_that_stand_for_categories_are_taken_as_words_are():
    table = pd.DataFrame({"site": [1, 2, 3, 1, 2, 3], "age": [20, 30, 25, 41, 33, 27]})
    words = table.assign(site=["a", "b", "c", "a", "b", "c"])
    found = confound_columns(table, ["site", "age"], ["site"]).to_numpy()
    np.testing.assert_array_equal(found, confound_columns(words, ["site", "age"]).to_numpy())
    assert confound_columns(table, ["site", "age"]).shape == (6, 2)
    table.loc[0, "site"] = np.nan
    assert confound_columns(table, ["site"], ["site"]).isna().all(axis=1).tolist()[:2] == [
        True,
        False,
    ]


def test_a_code_for_a_missing_value_is_no_confound():
    table = pd.DataFrame({"FD": [0.1, 0.2, -9999.0, 0.15, 0.3, 0.12]}, index=list("abcdef"))
    with pytest.raises(ParameterError, match="confound FD holds -9999 in 1 rows, far from the oth"):
        confound_columns(table, ["FD"])


def test_a_category_in_two_spellings_is_refused():
    table = pd.DataFrame({"Sex": ["F", "f", "M", "M", "F", "M", "F", "M"]})
    with pytest.raises(
        ParameterError, match=r"Sex must write a category in one way; it has 'F' and"
    ):
        confound_columns(table, ["Sex"])


@pytest.mark.parametrize("written", [["F", "Female"], ["m", "male"], ["man", "male"]])
def test_two_words_of_one_meaning_are_one_category_in_two_spellings(written):
    table = pd.DataFrame({"Sex": [*written, "x", "x"] * 3})
    with pytest.raises(ParameterError, match=rf"it has '{written[0]}' and '{written[1]}': write"):
        confound_columns(table, ["Sex"])


@pytest.mark.parametrize("values", [["2020-01-31", "2020-02-01"], [20200131, 20200201]])
def test_a_date_is_no_confound(values):
    table = pd.DataFrame({"Scanned": values * 4})
    with pytest.raises(ParameterError, match=r"Scanned must be a quantity.*dates.*in years"):
        confound_columns(table, ["Scanned"])
