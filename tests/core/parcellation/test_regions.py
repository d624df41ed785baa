import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnconn_core.errors import AtlasError
from attnconn_core.parcellation import RegionTable, read_region_table


@pytest.mark.parametrize(
    ("name", "side", "network"),
    [
        ("17Networks_LH_VisCent_ExStr_1", "L", "VisCent"),
        ("17Networks_RH_TempPar_4", "R", "TempPar"),
        ("7Networks_RH_SalVentAttn_FrOperIns_2", "R", "SalVentAttn"),
        ("7Networks_LH_Vis_10", "L", "Vis"),
    ],
)
def test_schaefer_names(name, side, network):
    table = RegionTable.from_names([name])
    assert (table.hemispheres, table.groups, table.grouping) == ((side,), (network,), "network")


def test_one_other_name_leaves_the_table_ungrouped():
    table = RegionTable.from_names(["7Networks_LH_Vis_10", "AMYGDALA_LEFT"])
    assert table == RegionTable.ungrouped(["7Networks_LH_Vis_10", "AMYGDALA_LEFT"])


def test_order_is_by_group_then_side_then_place():
    table = RegionTable(
        regions=tuple("abcdef"),
        groups=("y", "x", "y", "x", "y", "x"),
        hemispheres=("R", "L", "", "R", "L", "L"),
        grouping="lobe",
    )
    assert [table.regions[index] for index in table.order()] == list("eacbfd")


def test_order_without_groups_is_the_table_itself():
    np.testing.assert_array_equal(RegionTable.ungrouped("cab").order(), [0, 1, 2])


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(["L", "R", ""])), min_size=1))
def test_order_is_a_permutation_that_keeps_groups_together(entries):
    groups, sides = zip(*entries, strict=True)
    names = tuple(f"r{number}" for number in range(len(entries)))
    order = RegionTable(names, groups, sides, "network").order()
    assert sorted(order.tolist()) == list(range(len(entries)))
    ordered = [groups[index] for index in order]
    changes = sum(a != b for a, b in itertools.pairwise(ordered))
    assert changes == len(set(groups)) - 1


def test_groups_that_are_not_there_are_asked_for():
    with pytest.raises(AtlasError, match=r"2 regions \(a, b, …\) has no networks"):
        RegionTable.ungrouped(["a", "b"]).require_groups()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"regions": ("a", "a")}, "more than once: a"),
        ({"regions": ("a", "")}, "one has none"),
        ({"regions": ("a", "b"), "groups": ("x",), "grouping": "lobe"}, "a group; got 1 for 2"),
        ({"regions": ("a",), "hemispheres": ("L", "R")}, "a hemisphere; got 2 for 1"),
        ({"regions": ("a",), "groups": ("x",)}, "grouping None"),
    ],
)
def test_tables_that_contradict_themselves(arguments, complaint):
    with pytest.raises(AtlasError, match=complaint):
        RegionTable(**arguments)


def test_read_names(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("a\n\n b \n")
    assert read_region_table(path) == RegionTable.ungrouped(["a", "b"])


def test_read_columns(tmp_path):
    path = tmp_path / "regions.csv"
    path.write_text("index,name,hemisphere,lobe\n1,a,L,Frontal\n2,b,,Insula\n")
    expected = RegionTable(("a", "b"), ("Frontal", "Insula"), ("L", ""), "lobe")
    assert read_region_table(path) == expected
    path.write_text("name,group\na,x\nb,y\n")
    assert read_region_table(path) == RegionTable(("a", "b"), ("x", "y"), None, "network")
    path.write_text("name\n7Networks_LH_Vis_1\n")
    assert read_region_table(path).groups == ("Vis",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("region\na\n", r"column 'name'; got 'region'"),
        ("name,group\na,x\na,y\n", r"more than once: a"),
        ("name,hemisphere\na,left\n", r"'L', 'R' or ''; got 'left'"),
    ],
)
def test_bad_tables_are_named(tmp_path, text, complaint):
    path = tmp_path / "regions.csv"
    path.write_text(text)
    with pytest.raises(AtlasError, match=rf"regions\.csv: .*{complaint}"):
        read_region_table(path)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(AtlasError, match=r"none\.csv: a table of regions must be readable"):
        read_region_table(tmp_path / "none.csv")
