import pytest

from attnconn_core.scoring.categories import are_ranges, same_written, spelled_twice


@pytest.mark.parametrize(
    "values",
    [
        ["F", "female"],
        ["M", "m"],
        ["woman", "Female"],
        ["R", "Right"],
        ["right-handed", "right handed"],
        ["Site_01", "site 1"],
    ],
)
def test_spellings_of_one_category_are_found(values):
    assert spelled_twice([*values, "other", "another"]) == [values]


@pytest.mark.parametrize(
    "values",
    [
        ["F", "M", "X"],
        ["female", "male"],
        ["A", "B", "AB", "O"],
        ["site1", "site10", "site 2"],
        ["A+", "A-"],
        ["<30", ">30"],
        ["0.5", "0.05"],
        ["M", "Male", "Mixed"],  # which of the two M is can't be known
    ],
)
def test_different_categories_are_left_alone(values):
    assert spelled_twice(values) == []
    assert same_written(values) == []


@pytest.mark.parametrize("values", [["22-25", "36+"], ["<30", "30 to 40", "over 40"], ["1.5–2"]])
def test_ranges_are_known(values):
    assert are_ranges(values)


@pytest.mark.parametrize("values", [[], ["22-25", "young"], ["site 1"], ["30"]])
def test_other_words_are_no_ranges(values):
    assert not are_ranges(values)
