"""Phenotype tables: words become the numbers that the study says, and nothing is guessed."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import IdentifierError, StudyError
from attnconn_core.sources import (
    as_written,
    check_phenotypes,
    match_phenotypes,
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


def test_subjects_may_be_called_as_empty_cells_are_written(tmp_path):
    people, _ = table(tmp_path, "Subject,Score\nNA,1\nnan,2\nNone,NA\n")
    assert people["Subject"].tolist() == ["NA", "nan", "None"]
    np.testing.assert_array_equal(people["Score"], [1.0, 2.0, np.nan])


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
    with pytest.raises(StudyError, match="coding must name existing columns; got Agee"):
        checked(tmp_path, "Subject,Age\n1,22-25\n", coding={**AGES, "Agee": {}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Subject,Age\n1,22-25\n2,about 30\n", "column Age must hold numbers.*'about 30'"),
        ("Subject,IQ\n1,3\n", "coding must name existing columns; got Age"),
        (
            "Id,Age\n1,22-25\n",
            "it has Id, Age. Name the right column in the study with behaviour.subject_column",
        ),
        ("Subject,Age\n1,22-25\n1,36+\n", "a subject may have only one row; several: 1"),
        ("", "must be a table of separated values"),
        ("Subject,Age\n1,2,3,4\n", "line 2 has 4: 1,2,3,4"),
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
    with pytest.raises(IdentifierError, match=r"people\.csv: row 1: a subject"):
        checked(tmp_path, "Subject,Age\n../x,22-25\n")


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(StudyError, match=r"none\.csv: can't be read: No such file"):
        read_phenotypes(tmp_path / "none.csv", "Subject")


def test_a_column_s_name_is_no_pattern(tmp_path):
    people, name = table(tmp_path, "Subject,IQ [total],A*B,AxB\n1,1,2,3\n")
    assert target_columns(people, ("IQ [total]",), ("Subject",), name) == ["IQ [total]"]
    assert target_columns(people, ("A*B",), ("Subject",), name) == ["A*B"]
    assert target_columns(people, ("A?B",), ("Subject",), name) == ["A*B", "AxB"]


def test_participants_of_bids_are_read(tmp_path):
    path = tmp_path / "participants.tsv"
    path.write_text("participant_id\tage\tsex\nsub-01\t20\tF\nsub-02\tn/a\tM\n")
    people = read_phenotypes(path, "participant_id")
    found = check_phenotypes(people, ("age",), "participant_id", {}, str(path))
    assert found["participant_id"].tolist() == ["01", "02"]
    np.testing.assert_array_equal(found["age"], [20.0, np.nan])


def test_spaces_and_empty_rows_are_forgiven(tmp_path):
    found = checked(tmp_path, "Subject,IQ,Sex\n01 ,20, F\n,,\n 02, ,M \n", ("IQ",), {})
    assert found["Subject"].tolist() == ["01", "02"]
    assert found["Sex"].tolist() == ["F", "M"]
    np.testing.assert_array_equal(found["IQ"], [20.0, np.nan])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_named(tmp_path, separator):
    with pytest.raises(StudyError, match="must be separated by commas; they are separated"):
        table(tmp_path, f"Subject{separator}IQ\n01{separator}3\n")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("100307.0,3", "row 1: a subject must be text; got '100307.0'.*write 100307"),
        (",3", "row 1: must name a subject; its cell is empty"),
    ],
)
def test_a_subject_that_is_no_text_is_named_by_its_row(tmp_path, row, words):
    with pytest.raises(StudyError, match=words):
        checked(tmp_path, f"Subject,IQ\n{row}\n", ("IQ",), {})


def people_of(*subjects):
    return pd.DataFrame({"Subject": subjects, "IQ": np.arange(len(subjects), dtype=float)})


def test_subjects_whose_zeros_were_lost_are_found_and_told():
    found = match_phenotypes(people_of("10064", "27018", "5"), "Subject", ["0010064", "27018", "9"])
    assert found.table.loc["0010064", "IQ"] == 0
    assert found.table.loc["27018", "IQ"] == 1
    otherwise, without = found.notes
    assert "1 of 3 subjects differently from their scans: 0010064 as 10064" in otherwise
    assert "1 of 3 subjects have no row in the phenotype table: 9; it has 5 without" in without


@pytest.mark.parametrize("row", ["Sub-01", "SUB-1", "sub01", "Subject1"])
def test_a_prefix_that_scans_lack_is_no_other_subject(row):
    found = match_phenotypes(people_of(row, "subA"), "Subject", ["01", "A"])
    assert found.table.loc["01", "IQ"] == 0
    assert f"1 of 2 subjects differently from their scans: 01 as {row}; they are" in found.notes[0]
    assert "have no row in the phenotype table: A" in found.notes[1]


def test_a_match_letter_by_letter_needs_no_words():
    found = match_phenotypes(people_of("01", "1"), "Subject", ["01"])
    assert found.table.loc["01", "IQ"] == 0
    assert found.notes == ()


@pytest.mark.parametrize(("rows", "subjects"), [(("1",), ("01", "001")), (("1", "001"), ("0001",))])
def test_a_row_that_may_be_of_two_is_refused(rows, subjects):
    with pytest.raises(StudyError, match="must match one subject"):
        match_phenotypes(people_of(*rows), "Subject", subjects)


def test_rows_that_would_shift_the_columns_are_refused(tmp_path):
    with pytest.raises(StudyError, match=r"line 2 has 4: 001,24,112,\. Remove the separator"):
        table(tmp_path, "Subject,Age,IQ\n001,24,112,\n002,30,98,\n")


def test_subjects_are_named_as_their_folders(tmp_path):
    found = checked(tmp_path, "Subject,IQ\nHCA6000001_V1_MR,1\nNDAR_INV00000001,2\n", ("IQ",), {})
    assert found["Subject"].tolist() == ["HCA6000001", "NDARINV00000001"]


@pytest.mark.parametrize(
    "word",
    ["mean", "Mean ± SD", "SD", "Std. Dev.", "N", "Total:", "TOTALS", "25%", "M (SD)", "max"],
)
def test_a_row_that_sums_up_the_others_is_refused(tmp_path, word):
    text = f"Subject,IQ\n1,90\n2,95\n3,-999\n{word},286\n"
    with pytest.raises(StudyError, match=r"every row must be of one subject.* holds .* \(row 4\)"):
        checked(tmp_path, text, ("IQ",), {})


@pytest.mark.parametrize("name", ["25", "N01", "meant", "sub-total1", "Maxim", "SD04"])
def test_subjects_may_have_nearly_such_names(tmp_path, name):
    found = checked(tmp_path, f"Subject,IQ\n{name},90\n", ("IQ",), {})
    assert found["Subject"].tolist() == [name.removeprefix("sub-")]


def test_a_title_above_the_header_is_said(tmp_path):
    text = "Demographics,,Cognition\nSubject,age,IQ\n1,20,90\n"
    says = r"must have a column Subject; .* Subject stands in line 2: the lines above the header"
    with pytest.raises(StudyError, match=says):
        checked(tmp_path, text, ("IQ",), {})
    with pytest.raises(StudyError, match=r"line 2 has 3: .*first line seems to be a title"):
        checked(tmp_path, "Our cohort\n" + text.partition("\n")[2], ("IQ",), {})
    with pytest.raises(StudyError) as none:
        checked(tmp_path, "person,IQ\n1,90\n", ("IQ",), {})
    assert "stands in" not in str(none.value)
