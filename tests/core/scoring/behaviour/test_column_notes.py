import numpy as np
import pandas as pd

from attnconn_core.scoring.behaviour.column_notes import confound_notes, far_notes


def test_a_value_far_from_all_others_is_said_with_its_subject():
    table = pd.DataFrame({"FD": [0.1, 0.2, 42.0, 0.15, 0.3, 0.12]}, index=list("abcdef"))
    (told,) = confound_notes(table, ["FD"])
    assert told.startswith("confound FD: 42 (c) lies more than ten robust deviations")


def test_what_takes_nothing_out_or_may_not_be_meant_is_said():
    table = pd.DataFrame(
        {
            "Site": ["A"] * 4,
            "Age": ["22-25", "36+", "26-30", "22-25"],
            "Begun": [40000.0, 41000, 42000, np.nan],
            "IQ": [100.0, 110, 120, 130],
        },
        index=list("abcd"),
    )
    site, age, begun, lacking = confound_notes(table, list(table))
    assert site == "confound Site is dropped: it is A for all 4 subjects who have it"
    assert "Age holds ranges (22-25, 26-30, 36+)" in age
    assert "Begun holds whole numbers from 40000 to 42000, as spreadsheets store dates" in begun
    assert lacking == ("behaviour leaves out 1 of 4 subjects, who lack a confound (Begun 1): d")
    assert confound_notes(table, ["IQ"]) == []


def test_values_in_two_units_are_named_with_their_subjects():
    values = pd.Series([171, 1.68, 165, 180, 1.75, 159.0], index=list("abcdef"))
    (told,) = far_notes("Height", values)
    assert told.startswith(
        "Height: 1.68 (b), 1.75 (e) lie far from the values of the other 4 subjects"
    )
    assert "(159 to 180)" in told
    (told,) = confound_notes(pd.DataFrame({"height": values}), ["height"])
    assert told.startswith("confound height: 1.68 (b)")


def test_numbers_that_look_like_categories_are_asked_for():
    table = pd.DataFrame({"site": [1, 2, 3] * 4, "sex": [1, 2] * 6, "age": range(22, 34)})
    (told,) = confound_notes(table, ["site", "sex", "age"])
    assert told.startswith(
        "confound site is taken as a quantity: it holds 3 whole numbers (1 to 3)"
    )
    assert "behaviour.categories" in told
    assert confound_notes(table, ["site", "sex", "age"], ["site"]) == []
    assert confound_notes(table.assign(site=[8.5, 2, 3] * 4), ["site"]) == []


def test_points_that_part_thousands_are_asked_for():
    times = pd.Series([987, 1.034, 912, 1.12, 876, 1.008, 955, 1.203], index=list("abcdefgh"))
    (told,) = far_notes("RT", times)
    asked = "or is a point a thousands separator (1.034 for 1034)? Give all values in one unit"
    assert asked in told
    heights = pd.Series([171, 1.68, 165, 180, 1.75, 159.0], index=list("abcdef"))
    assert "thousands" not in far_notes("Height", heights)[0]


def test_a_value_written_as_a_code_is_named_once_and_what_else_is_far_beside_it():
    ages = pd.Series([22, 24, 0, 35, 24, 31, 32.0, 360], index=list("abcdefgh"))
    code, far = far_notes("confound Age", ages[:-1]), far_notes("confound Age", ages)
    assert code == [
        "confound Age: 0 (c) lies apart from the values of the other 6 subjects (22 to 35): a code "
        "for a missing value? It is used as a value: if it stands for a missing one, empty such "
        "cells"
    ]
    assert len(far) == 1
    assert "360 (h) lies more than ten robust deviations" in far[0]
    (told,) = far_notes("FD", pd.Series([0.1, 0.2, 99.0, 0.15, 0.3, 0.12], index=list("abcdef")))
    assert told.startswith("FD: 99 (c) lies apart from the values of the other 5 subjects")
