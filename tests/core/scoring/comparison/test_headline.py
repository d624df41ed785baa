from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from attnconn_core.scoring import (
    REFERENCE,
    Measured,
    compare_on_units,
    headline_cells,
    in_words,
    join_measures,
    with_score_column,
)

LABELS = {"one": "Method one", "two": "Method two", "ar": "AR"}


def measured(n, gap, scatter=0.1):
    rng = np.random.default_rng(0)
    values = pd.DataFrame(
        {"one": rng.normal(0.3 + gap, scatter, n), "two": rng.normal(0.3, scatter, n)}
    )
    beside = pd.DataFrame({"kind": [REFERENCE], "method": ["ar"], "value": [0.1]})
    return Measured(
        "forecast",
        "R² of test frames",
        compare_on_units(values, pd.Series(np.full(n, 0.1))),
        beside,
        column="R²",
        words="Forecasts are {best} by {who} (R² {value})",
    )


def cells_and_words(*measures, warnings=None):
    found = join_measures(measures)
    cells = headline_cells(found.scores, found.verdicts)
    return cells, in_words(cells, found.verdicts, LABELS.__getitem__, warnings)


def test_a_winner_is_marked_and_said_to_be_best():
    cells, (said,) = cells_and_words(measured(20, 0.5))
    assert cells["method"].tolist() == ["one", "two", "ar"]
    assert cells["best"].tolist() == [True, False, False]
    assert cells["n"].tolist()[:2] == [20, 20]
    value, lower, upper = cells.loc[0, ["value", "lower", "upper"]]
    assert said == (
        f"Forecasts are best by Method one (R² {value:.3f}, 95 % interval {lower:.3f} to "
        f"{upper:.3f}; n = 20 subjects), better than every other method."
    )


def test_tables_that_version_0_1_stored_are_read():
    found = join_measures([measured(20, 0.5)])
    cells = headline_cells(found.scores, found.verdicts)
    words = in_words(cells, found.verdicts, LABELS.__getitem__)
    stored = {"scores": found.scores, "verdicts": found.verdicts, "cells": cells}
    former = {name: table.rename(columns={"score": "benchmark"}) for name, table in stored.items()}
    pd.testing.assert_frame_equal(headline_cells(former["scores"], former["verdicts"]), cells)
    assert in_words(former["cells"], former["verdicts"], LABELS.__getitem__) == words
    pd.testing.assert_frame_equal(with_score_column(former["scores"]), found.scores)


def test_of_few_nobody_is_best_however_far_ahead():
    found = measured(7, 0.5)
    cells, (said,) = cells_and_words(found)
    assert not cells["best"].any()
    assert said.startswith("Forecasts are highest by Method one (R² 0.8")
    next_value = cells.set_index("method").loc["two", "value"]
    assert said.endswith(
        "; n = 7 subjects); 7 subjects describe this sample and are too few for a ranking; "
        f"to distinguish it from the next (Method two, {next_value:.3f}) would take no more than "
        "15 subjects."
    )


@pytest.mark.parametrize("ahead", [0.05, -0.05])
def test_the_next_is_named_with_the_difference_and_its_interval(ahead):
    found = join_measures([measured(7, ahead, scatter=0.3)])
    cells = headline_cells(found.scores, found.verdicts)
    (said,) = in_words(cells, found.verdicts, LABELS.__getitem__, pairs=found.pairs)
    (pair,) = found.pairs[["difference", "lower", "upper"]].to_numpy()
    sign = 1 if pair[0] > 0 else -1
    mean, *ends = (f"{sign * value:.4f}".replace("-", "−") for value in pair)
    lower, upper = ends[::sign]
    expected = f"; difference {mean}, 95 % interval {lower} to {upper}, not corrected) would take"
    assert expected in said


def test_tables_and_sentences_say_of_how_many_from_one_place():
    one = measured(7, 0.5)
    verdict = join_measures([one]).verdicts.iloc[0]
    assert verdict["n_for_difference"] == 15  # as few as 4 would see it; 15 are needed
    assert "the two highest would need no more than 15 subjects" in verdict["verdict"]
    scattered = measured(7, 0.05, scatter=0.3)
    verdict = join_measures([scattered]).verdicts.iloc[0]
    needed = f"about {verdict['n_for_difference']:.0f} subjects"
    assert verdict["n_for_difference"] > 15
    _, (said,) = cells_and_words(scattered)
    assert needed in said
    assert needed in verdict["verdict"]


def test_a_reference_between_the_two_highest_is_not_the_next():
    one = measured(20, 0.0)
    between = one.beside.assign(value=one.compared.scores["value"].mean())
    _, (said,) = cells_and_words(replace(one, beside=between))
    assert "the next (Method two, " in said or "the next (Method one, " in said


def test_whoever_is_named_highest_is_named_with_what_is_against_it():
    warnings = {name: f"do not interpret this matrix: {name}" for name in ("one", "two")}
    for found in (measured(20, 0.5), measured(7, 0.5)):
        _, (said,) = cells_and_words(found, warnings=warnings)
        assert said.endswith(". Method one: do not interpret this matrix: one.")
        assert "matrix: two" not in said


def test_enough_units_without_a_difference_have_no_winner_either():
    cells, (said,) = cells_and_words(measured(20, 0.0))
    assert not cells["best"].any()
    assert "no method is shown to be better than every other; to distinguish it from" in said


def test_any_score_s_measures_are_columns_and_one_heading_is_of_one_score():
    one = measured(20, 0.5)
    other = replace(one, score="reliability", measure="ICC", words="")
    hidden = replace(one, score="linear-10", column="")
    own = replace(one, score="mine", measure="mine", column=None, words="")
    cells, words = cells_and_words(one, other, hidden, own)
    assert cells["column"].unique().tolist() == ["forecast R²", "reliability R²", "mine"]
    assert len(words) == 1


def test_those_who_share_the_highest_value_are_named_together():
    hits = pd.DataFrame({name: np.ones(7) for name in ("one", "two")})
    tied = Measured(
        "fingerprint", "accuracy", compare_on_units(hits, pd.Series(np.full(7, 1 / 7))),
        digits=2, words="Accuracy is {best} by {who} ({value})",
    )  # fmt: skip
    _, (said,) = cells_and_words(tied)
    assert said == (
        "Accuracy is highest by Method one and Method two (1.00, 95 % interval 1.00 to 1.00; n = 7 "
        "subjects); 7 subjects "
        "describe this sample and are too few for a ranking."
    )


@pytest.mark.parametrize("measures", [(), (replace(measured(20, 0.5), column=""),)])
def test_without_a_column_there_is_no_table(measures):
    cells, words = cells_and_words(*measures)
    assert cells.empty
    assert words == ()


def below_zero(n):
    values = pd.DataFrame({"one": np.linspace(-9.1, -8.9, n), "two": np.linspace(-8.1, -7.9, n)})
    return compare_on_units(values, pd.Series(np.full(n, 0.1)))


def test_below_zero_nobody_is_highest():
    none = "No forecaster explains anything: {who} has {value}"
    low = replace(measured(20, -9.0), words_below_zero=none)
    low = replace(low, compared=below_zero(20), beside=low.beside.assign(value=-9.5))
    _, (said,) = cells_and_words(low)
    assert said.startswith("No forecaster explains anything: Method two has −8.000")
    _, (said,) = cells_and_words(replace(measured(20, 0.5), words_below_zero=none))
    assert said.startswith("Forecasts are best by Method one")


def test_a_study_of_one_method_has_no_pairs_and_still_its_sentences():
    values = pd.DataFrame({"one": np.random.default_rng(0).normal(0.3, 0.1, 7)})
    compared = compare_on_units(values, pd.Series(np.full(7, 0.1)))
    alone = Measured("forecast", "R²", compared, column="R²", words="{best} by {who} (R² {value})")
    found = join_measures([alone])
    cells = headline_cells(found.scores, found.verdicts)
    (said,) = in_words(cells, found.verdicts, LABELS.__getitem__, pairs=found.pairs)
    assert "by Method one" in said
