import pytest

from attnconn_core.errors import CohortError, StudyError
from attnconn_core.sources.tables import read_table


def write(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        # pandas would take 1, 2, 3 for the index, and 24 for the subject.
        ("Subject,Age\n1,24,\n2,30,\n3,28,\n", r"2 \(Subject,Age\); line 2 has 3: 1,24,\. Remove"),
        ("Subject,IQ\n1,101,5\n2,99,5\n", r"line 2 has 3: 1,101,5\. .*decimals need points"),
        ("Subject,Age\n1,24\n\n2\n", r"line 4 has 1: 2\. Keep the separators"),
        ('Subject,Age\n"a, b",24\n"c",3,4\n', r"line 3 has 3: c,3,4"),
    ],
)
def test_a_row_has_the_header_s_number_of_cells(tmp_path, text, complaint):
    with pytest.raises(CohortError, match=rf"t\.csv: every row must have a cell .*{complaint}"):
        read_table(write(tmp_path, text), CohortError)


def test_whole_tables_are_read(tmp_path):
    table = read_table(write(tmp_path, '\ufeffa,b\n"x, y",1\n,\n'))
    assert table["a"].tolist()[0] == "x, y"
    tabs = read_table(write(tmp_path, "a\tb\n1,5\tn/a\n", "t.tsv"))
    assert tabs["a"].tolist() == ["1,5"]
    assert tabs["b"].isna().all()


def test_what_cannot_be_read_says_so(tmp_path):
    with pytest.raises(StudyError, match=r"none\.csv: can't be read: No such file"):
        read_table(tmp_path / "none.csv")
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(StudyError, match=r"t\.csv: must be text in UTF-8"):
        read_table(path)
