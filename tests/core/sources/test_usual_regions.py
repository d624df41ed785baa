from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources import ArrayFolder
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.usual_regions import group_by_regions, groups_in_words


@pytest.fixture
def folder(tmp_path):
    def write(*columns):
        for number, names in enumerate(columns):
            rows = {name: [0.5, 0.25 + number, 1.0] for name in names}
            pd.DataFrame(rows).to_csv(tmp_path / f"sub-{number}_ses-a.csv", index=False)
        return ArrayFolder(tmp_path, 1.0)

    return write


def load(folder):
    """Load every session; return what is said of those that can't be."""
    said = {}
    for session in folder.sessions():
        try:
            folder.load(session)
        except ScanError as error:
            said[session.subject] = str(error)
    return said


@pytest.mark.parametrize("odd", [("M1", "V1"), ("V1", "A1"), ("V1", "M1", "A1")])
def test_the_first_file_is_named_where_it_is_the_odd_one(folder, odd):
    source = folder(odd, *[("V1", "M1")] * 3)
    assert source.region_table().regions == ("V1", "M1")
    assert [path.name for path in source.region_files()] == ["sub-1_ses-a.csv"]
    said = load(source)
    assert list(said) == ["0"]
    assert "same order as" in said["0"]
    assert said["0"].endswith(
        "Files with the same regions: 3 as sub-1_ses-a.csv, 1 as sub-0_ses-a.csv"
    )


def test_where_half_have_one_order_both_are_named(folder):
    said = load(folder(("V1", "M1"), ("M1", "V1"), ("V1", "M1"), ("M1", "V1")))
    assert list(said) == ["1", "3"]
    for why in said.values():
        assert "2 as sub-0_ses-a.csv, 2 as sub-1_ses-a.csv: which ones are right is unknown" in why


def test_the_usual_file_must_be_readable(folder, tmp_path):
    source = folder(*[("V1", "M1")] * 3)
    (tmp_path / "sub-0_ses-a.csv").write_text("V1,M1\n1,x\n")
    assert [path.name for path in source.region_files()] == ["sub-1_ses-a.csv"]


def test_files_without_names_take_those_of_as_many_regions(folder, tmp_path):
    source = folder(("V1", "M1"))
    for number in range(1, 4):
        np.save(tmp_path / f"sub-{number}_ses-a.npy", np.array([[0.5, 0.1], [1, number], [0, 1]]))
    np.save(tmp_path / "sub-4_ses-a.npy", np.eye(3))
    assert source.region_table().regions == ("V1", "M1")
    (why,) = load(source).values()
    assert "3 regions against 2" in why
    assert why.endswith("Files with the same regions: 4 as sub-0_ses-a.csv, 1 as sub-4_ses-a.npy")


def test_of_many_files_some_headers_are_read():
    read = []

    def shape_of(path):
        read.append(path)
        if path.name == "0":
            raise ScanError("cut")
        return SessionShape((9,), 2 if int(path.name) % 40 else 3)

    groups = group_by_regions([Path(str(n)) for n in range(1000)], shape_of)
    assert len(read) == 25
    assert read[0].name == "0"
    assert read[-1].name == "999"
    assert sum(map(len, groups)) == 24
    assert len(groups[0]) > 12


def test_more_kinds_than_anyone_reads_are_counted():
    groups = [[Path(f"{n}.csv")] for n in range(6)]
    assert "1 as 2.csv and 3 other kinds: which ones are right" in groups_in_words(groups)


def test_a_table_of_regions_is_held_against_headers(folder, tmp_path):
    folder(("V1", "M1"), ("V1", "M1"))
    (tmp_path / "regions.txt").write_text("V1\nA1\n")
    source = ArrayFolder(tmp_path, 1.0, regions=tmp_path / "regions.txt")
    with pytest.raises(ScanError, match=r"sub-0_ses-a.*as .*regions\.txt; 'M1' against 'A1'$"):
        source.shape(source.sessions()[0])
