import pytest

from attnconn_core.errors import CohortError
from attnconn_core.sources.subjects import read_subjects


def read(tmp_path, text, column="Subject", group="group"):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    return read_subjects(path, column, group)


def test_rows_are_subjects_unless_one_is_a_second_scan(tmp_path):
    assert read(tmp_path, "Subject,group\n1,train\n2,test\n").rows == {
        ("1", None): "train",
        ("2", None): "test",
    }
    assert read(tmp_path, "Subject,group\n1,train\n2,test\n2_retest,test\n").rows == {
        ("1", "test"): "train",
        ("2", "test"): "test",
        ("2", "retest"): "test",
    }


def test_spreadsheet_habits_are_forgiven(tmp_path):
    """A byte-order mark, blank lines, spaces, leading zeros."""
    rows = read(tmp_path, "\ufeffSubject,x\n 0012 ,1\n\n13,2\n\n", group=None).rows
    assert rows == {("0012", None): None, ("13", None): None}


def test_duplicates_give_their_lines(tmp_path):
    text = "Subject,group\n1,train\n\n2,test\n1,train\n"
    with pytest.raises(CohortError, match=r"s\.csv: .*one row; 1 in lines 2, 5"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ID,group\n1,train\n", r"a column 'Subject'; it has 'ID', 'group'"),
        ("Subject,set\n1,train\n", r"a column 'group'; it has 'Subject', 'set'"),
        ("Subject,group\n", r"must have a row; it has none"),
        ("Subject,group\n1,train\n2,valid\n", r"line 3: the group of 2 .* got 'valid'"),
        ("Subject,group\n1,train\n1_retest,test\n", r"one group.*; 1 is in 'train' and 'test'"),
        ("", r"must be a table of separated values"),
    ],
)
def test_bad_tables(tmp_path, text, complaint):
    with pytest.raises(CohortError, match=rf"s\.csv.*{complaint}"):
        read(tmp_path, text)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(CohortError, match=r"none\.csv: can't be read: No such file"):
        read_subjects(tmp_path / "none.csv", "Subject", None)


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("1", "1 has none: is it 01?"),
        ("hc-04", "hc-04 has none: is it HC-04?"),
        ("7", "7 has none"),
    ],
)
def test_a_row_without_a_scan_is_told_whose_name_is_alike(tmp_path, listed, told):
    rows = read(tmp_path, f"Subject\n{listed}\n", group=None)
    (problem,) = rows.without_scan([("01", "test"), ("HC-04", "test")]).values()
    assert str(problem).endswith(told)
