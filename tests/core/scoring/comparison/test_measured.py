from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from attnconn_core.scoring import (
    Comparable,
    Fingerprint,
    GroupContrast,
    Measured,
    compare_on_units,
    join_measures,
)


@pytest.fixture
def compared():
    values = pd.DataFrame(
        {"one": np.linspace(3.0, 3.6, 15), "two": np.tile([1.0, 1.2, 1.1, 1.3, 1.2], 3)}
    )
    return compare_on_units(values, pd.Series([0.0] * 15))


@pytest.fixture
def measured(compared):
    beside = pd.DataFrame({"method": ["guess"], "value": [0.0], "kind": ["null model"]})
    return Measured("truth", "r", compared, beside)


def test_every_row_says_what_it_is_of(measured):
    for table in (measured.scores(), measured.pairs(), measured.leaders(), measured.verdict()):
        assert list(table.columns[:2]) == ["score", "measure"]
        assert (table[["score", "measure"]] == ["truth", "r"]).all(axis=None)
    scores = measured.scores()
    assert scores["method"].tolist() == ["one", "two", "guess"]
    assert scores["kind"].tolist() == ["method", "method", "null model"]
    assert measured.leaders()["method"].tolist() == ["one"]
    row = measured.verdict().iloc[0]
    assert (row["winner"], row["leaders"]) == ("one", "one")
    assert row["verdict"] == "better than every other method"
    assert (row["n"], row["unit"], row["fewest"]) == (15, "subjects", 15)
    assert scores["n"].tolist()[:2] == [15, 15]


def test_what_is_drawn_is_a_column_of_the_table_unless_it_says_otherwise(measured):
    def column(**more):
        return replace(measured, **more).verdict()["column"].item()

    assert column() == "r"
    assert column(column="correlation") == "correlation"
    assert column(column="") == column(drawn=False) == ""
    assert column(drawn=False, column="r") == "r"


def test_measures_are_joined_in_order_and_only_some_are_drawn(measured, compared):
    hidden = Measured("truth", "R²", compared, drawn=False)
    joined = join_measures(each for each in (measured, hidden))
    assert list(joined.tables) == ["scores", "pairs", "verdicts"]
    assert joined.scores["measure"].tolist() == ["r"] * 3 + ["R²"] * 2
    assert joined.pairs[["measure", "first", "second"]].to_numpy().tolist() == [
        ["r", "one", "two"],
        ["R²", "one", "two"],
    ]
    assert joined.verdicts["measure"].tolist() == ["r", "R²"]
    assert joined.drawn[["measure", "method"]].to_numpy().tolist() == [["r", "one"], ["r", "two"]]
    assert "kind" not in joined.drawn
    assert joined.leaders.to_numpy().tolist() == [["truth", "r", "one"]]


def test_warnings_stand_beside_the_methods_they_are_of(measured):
    joined = join_measures([measured], {"two": "do not interpret this matrix: x"})
    warnings = joined.scores.set_index("method")["warning"].to_dict()
    assert warnings == {"one": "", "two": "do not interpret this matrix: x", "guess": ""}
    assert "warning" not in joined.drawn


def test_what_rests_on_other_subjects_is_marked_in_the_table(measured):
    joined = join_measures([measured], informed={"two", "unheard of"})
    marked = joined.scores.set_index("method")["cohort_informed"].to_dict()
    assert marked == {"one": False, "two": True, "guess": False}


def test_without_a_measure_the_tables_are_empty():
    joined = join_measures([])
    for table in joined.tables.values():
        assert table.empty
        assert list(table.columns) == ["score", "measure", "method"]


def test_methods_are_compared_by_scores_that_have_measures():
    assert isinstance(Fingerprint(), Comparable)
    assert not isinstance(GroupContrast("Sex", "F", "M"), Comparable)
