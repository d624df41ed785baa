import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import CohortError
from attnconn_core.scoring.behaviour.families import families, family_notes


def of(*values):
    return pd.Series(values, index=[f"{number:02}" for number in range(len(values))], name="Family")


@pytest.mark.parametrize("word", ["unrelated", "None", "single", "n/a", "No_family"])
def test_a_word_for_no_relatives_is_nobodys_family(word):
    column = of("F1", "F1", word, word, "F2", word.upper())
    found = families(column)
    assert len(set(found)) == 5
    assert found[0] == found[1]
    (told,) = family_notes(column)
    assert told.startswith(f"family_column Family: {' or '.join(sorted({word, word.upper()}))} is")
    assert told.endswith("as having no relatives; families of their own: 02, 03, 05")


@pytest.mark.parametrize("word", ["", "unknown", "?"])
def test_who_has_no_known_family_can_be_kept_out_of_no_model(word):
    with pytest.raises(
        CohortError, match=r"family of every subject .*1 of 3 have none: 01\. Write"
    ):
        families(of("F1", word or None, "F2"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, 1, 0, 0, 0, 0, 0, 2], "5 of 8 subjects are one family (0)"),
        (["F1", "F1", "999", "999", "999", "F3", "F4", "F2"], "3 of 8 subjects are one family (99"),
        ([-1, -1, 1, 1, 2, 2, 3, 4], "2 of 8 subjects are one family (-1)"),
        (["x"] * 4 + list("abcdef"), "4 of 10 subjects are one family (x)"),
    ],
)
def test_a_family_that_may_be_none_is_said_with_its_size(values, said):
    column = of(*values)
    np.testing.assert_array_equal(families(column), np.asarray(values, dtype=object))
    (told,) = family_notes(column)
    assert said in told


@pytest.mark.parametrize(
    "values",
    [[0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7], list("aabbccdd"), [-1, 1, 2, 3]],
)
def test_ordinary_families_are_not_said(values):
    assert family_notes(of(*values)) == []
