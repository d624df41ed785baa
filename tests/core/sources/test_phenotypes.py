"""Phenotype tables: words become the numbers that the study says, and nothing is guessed."""

import numpy as np
import pytest

from attnconn_core.errors import IdentifierError, StudyError
from attnconn_core.sources import (
    as_written,
    check_phenotypes,
    read_phenotypes,
    target_columns,
)

AGES = {"Age": {"22-25": 22.0, "36+": 36.0}}


def table(tmp_path, text: str):
    path = tmp_path / "people.csv"
    path.write_text(text)
    return read_phenotypes(path, "Subject"), str(path)


def checked(tmp_path, text: str, targets=("Age",), coding=AGES):
    people, name = table(tmp_path, text)
    return check_phenotypes(people, targets, "Subject", coding, name)


def test_ranges_become_numbers_and_empty_cells_stay_missing(tmp_path):
    found = checked(tmp_path, "Subject,Age,Note\n001,22-25,tall\n002,36+,\n003,,x\n")
    assert found["Subject"].tolist() == ["001", "002", "003"]
    np.testing.assert_array_equal(found["Age"], [22.0, 36.0, np.nan])
    assert found["Note"].tolist()[0] == "tall"  # nobody asked for it


def test_patterns_find_columns_in_the_table_s_order(tmp_path):
    people, name = table(tmp_path, "Subject,FS_b,IQ,FS_a,Name\n1,1,2,3,x\n")
    assert target_columns(people, ("IQ", "FS_*"), ("Subject",), name) == ["IQ", "FS_b", "FS_a"]
    assert target_columns(people, (), ("Subject", "IQ"), name) == ["FS_b", "FS_a"]


@pytest.mark.parametrize("empty", ["", "3,"])
def test_numbers_may_be_coded_too(tmp_path, empty):
    found = checked(tmp_path, f"Subject,Sex\n1,1\n2,2\n{empty}", ("Sex",), {"Sex": {"2": 0.0}})
    assert found["Sex"].dropna().tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("cell", "written"), [(1, "1"), (1.0, "1"), (0.5, "0.5"), (1234567.0, "1234567"), (" a ", "a")]
)
def test_a_cell_is_written_as_a_person_would(cell, written):
    assert as_written(cell) == written


def test_coding_of_a_column_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StudyError, match="coding must be of columns that are there; got Agee"):
        checked(tmp_path, "Subject,Age\n1,22-25\n", coding={**AGES, "Agee": {}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Subject,Age\n1,22-25\n2,about 30\n", "column Age must hold numbers.*'about 30'"),
        ("Subject,IQ\n1,3\n", "coding must be of columns that are there; got Age"),
        ("Id,Age\n1,22-25\n", "must have a column Subject; it has Id, Age"),
        ("Subject,Age\n1,22-25\n1,36+\n", "a subject may have one row; more: 1"),
        ("", "must be a table of comma-separated values"),
        ("Subject,Age\n1,2,3,4\n", "a row must have a cell a column"),
    ],
)
def test_what_breaks_a_rule_is_named(tmp_path, text, words):
    with pytest.raises(StudyError, match=words) as caught:
        checked(tmp_path, text)
    assert "people.csv" in str(caught.value)


def test_the_family_column_must_be_there(tmp_path):
    people, name = table(tmp_path, "Subject,IQ\n1,3\n")
    with pytest.raises(StudyError, match="must have a column Family_ID; it has Subject, IQ"):
        check_phenotypes(people, ("IQ",), "Subject", {}, name, "Family_ID")


def test_subjects_never_become_paths(tmp_path):
    with pytest.raises(IdentifierError, match=r"people\.csv: a subject"):
        checked(tmp_path, "Subject,Age\n../x,22-25\n")


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(StudyError, match=r"none\.csv: can't be read: No such file"):
        read_phenotypes(tmp_path / "none.csv", "Subject")
