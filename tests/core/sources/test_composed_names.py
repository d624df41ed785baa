"""Names that print alike and differ in Unicode's form are one name, wherever they are read."""

import unicodedata

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import AtlasError, ScanError
from attnconn_core.parcellation import RegionTable, read_region_table
from attnconn_core.records import TimeSeries
from attnconn_core.sources import ArrayFolder, read_phenotypes
from attnconn_core.sources.array_files import read_array
from attnconn_core.sources.array_shapes import shape_of_array
from attnconn_core.sources.files import matching

NAMES = ("Région", "Öst", "V1")


def decomposed(text):
    return unicodedata.normalize("NFD", text)


def frames(names):
    return pd.DataFrame(np.random.default_rng(1).normal(size=(20, len(names))), columns=names)


@pytest.fixture
def write(tmp_path, ptseries):
    """Write a series whose names are decomposed, as macOS has them."""

    def write(ending):
        path = tmp_path / f"sub-b_ses-test{ending}"
        table = frames([decomposed(name) for name in NAMES])
        if ending == ".parquet":
            table.to_parquet(path, index=False)
        elif ending == ".ptseries.nii":
            ptseries(path, table.to_numpy(), list(table.columns), 1.0)
        else:
            table.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
        return path

    return write


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".ptseries.nii"])
def test_names_in_a_file_are_composed(write, ending):
    path = write(ending)
    assert read_array(path).regions == NAMES
    assert shape_of_array(path).names == NAMES


def test_files_and_tables_in_two_forms_have_the_same_regions(tmp_path, write):
    frames(NAMES).to_csv(tmp_path / "sub-a_ses-test.csv", index=False)
    write(".csv")
    table = tmp_path / "regions.csv"
    table.write_text(decomposed("name,group\n" + "".join(f"{name},Réseau\n" for name in NAMES)))
    assert read_region_table(table).groups == ("Réseau",) * 3
    for regions in (None, table):
        folder = ArrayFolder(tmp_path, 1.0, regions=regions)
        assert [folder.load(each).regions for each in folder.sessions()] == [NAMES, NAMES]


def test_one_name_in_two_forms_is_one_name_twice(tmp_path):
    twice = ["é", decomposed("é")]
    path = tmp_path / "sub-a_ses-test.csv"
    frames(twice).to_csv(path, index=False)
    with pytest.raises(ScanError, match="more than once: é"):
        read_array(path)
    with pytest.raises(AtlasError, match="more than once: é"):
        RegionTable.ungrouped(twice)
    assert TimeSeries((np.ones((3, 1)),), 1.0, (twice[1],)).regions == ("é",)


def test_columns_and_words_of_a_table_are_composed(tmp_path):
    path = tmp_path / "participants.tsv"
    path.write_text(decomposed("Prénom\tâge\tÉcole\n007\t31\tlycée\n"), encoding="utf-8")
    table = read_phenotypes(path, "Prénom")
    assert list(table.columns) == ["Prénom", "âge", "École"]
    assert table.iloc[0].tolist() == ["007", 31, "lycée"]


def test_a_pattern_finds_files_in_the_other_form_and_they_keep_their_own(tmp_path):
    scan = tmp_path / decomposed("repos_é.npy")
    scan.touch()
    assert matching(tmp_path, "*é.npy") == (scan,)
    assert matching(tmp_path, decomposed("*é.npy")) == (scan,)
