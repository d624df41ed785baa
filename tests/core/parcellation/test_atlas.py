import numpy as np
import pytest

from attnconn_core.errors import AtlasError
from attnconn_core.parcellation import load_atlas

LEFT, RIGHT = "CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT"


def test_schaefer_100(shared):
    atlas = load_atlas(
        shared / "data" / "cifti" / "Schaefer2018_100Parcels_17Networks_order.dlabel.nii"
    )
    assert atlas.name == "Schaefer2018_100Parcels_17Networks_order"
    assert len(atlas.regions) == 100
    assert atlas.regions[0] == "17Networks_LH_VisCent_ExStr_1"
    assert atlas.n_vertices == {LEFT: 32492, RIGHT: 32492}
    assert len(set(atlas.table.require_groups())) == 17
    assert atlas.table.hemispheres == ("L",) * 50 + ("R",) * 50


def test_background_and_surfaces(atlas_path):
    atlas = load_atlas(atlas_path)
    np.testing.assert_array_equal(atlas.labels[LEFT], np.repeat([-1, 0, 1], [6, 10, 24]))
    np.testing.assert_array_equal(atlas.labels[RIGHT], np.repeat([-1, 2, 3], [6, 10, 24]))
    assert atlas.table.groups == ("Vis", "Default") * 2
    assert atlas.table.hemispheres == ("L", "L", "R", "R")


def test_hemispheres_come_from_the_surfaces_where_names_say_nothing(cifti):
    keys = np.repeat([1, 2, 2, 3], 20)
    path = cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), keys, {1: "a", 2: "b", 3: "c"})
    table = load_atlas(path).table
    assert table.hemispheres == ("L", "", "R")
    assert table.groups is None


def test_a_label_called_unknown_is_background(cifti):
    keys = np.repeat([1, 2, 2, 9], 20)
    path = cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), keys, {1: "a", 2: "b", 9: "???"})
    assert load_atlas(path).regions == ("a", "b")


def test_vertices_outside_the_file_are_background(cifti):
    path = cifti.atlas(
        "a.dlabel.nii", cifti.cortex(wall=6), np.repeat([1, 2], 34), {1: "a", 2: "b"}
    )
    atlas = load_atlas(path)
    np.testing.assert_array_equal(atlas.labels[LEFT], np.repeat([-1, 0], [6, 34]))


def test_an_atlas_that_is_something_else(cifti, tmp_path):
    with pytest.raises(
        AtlasError, match=r"s\.dscalar\.nii: an atlas must be a dense label.*scalars"
    ):
        load_atlas(cifti.scalars("s.dscalar.nii", cifti.cortex()))
    text = tmp_path / "a.dlabel.nii"
    text.write_text("no atlas")
    with pytest.raises(AtlasError, match=r"a\.dlabel\.nii: must be a CIFTI-2 file"):
        load_atlas(text)


@pytest.mark.parametrize(
    ("keys", "names", "complaint"),
    [
        ([1, 1, 2, 2], {1: "a", 2: "a"}, r"a different name; more than once: a"),
        ([0, 0, 0, 0], {}, r"this one has no region"),
        ([1, 1, 2, 1.5], {1: "a", 2: "b"}, r"must be whole numbers"),
    ],
)
def test_bad_labels_are_refused(cifti, keys, names, complaint):
    path = cifti.atlas("bad.dlabel.nii", cifti.cortex(wall=0), np.repeat(keys, 20), names)
    with pytest.raises(AtlasError, match=rf"bad\.dlabel\.nii: .*{complaint}"):
        load_atlas(path)


def test_several_maps_are_refused_by_name(cifti):
    keys = np.repeat([1, 2], 40)
    path = cifti.atlas("m.dlabel.nii", cifti.cortex(wall=0), keys, {1: "a", 2: "b"}, maps=2)
    with pytest.raises(AtlasError, match=r"m\.dlabel\.nii: .* one map; got 2: map 0, map 1"):
        load_atlas(path)


def test_labelled_voxels_are_refused_and_others_are_not(cifti):
    models = cifti.cortex(wall=0, voxels=5)
    names = {1: "a", 2: "b", 3: "c"}
    good = cifti.atlas("v.dlabel.nii", models, np.repeat([1, 2, 3, 0], [20, 20, 40, 5]), names)
    assert load_atlas(good).regions == ("a", "b", "c")
    bad = cifti.atlas("v.dlabel.nii", models, np.repeat([1, 2, 3], [40, 40, 5]), names)
    with pytest.raises(AtlasError, match=r"v\.dlabel\.nii: .* 5 voxels of .*THALAMUS_LEFT"):
        load_atlas(bad)


def test_a_label_without_a_vertex_is_no_region_and_is_said(cifti):
    names = {1: "a", 2: "b", 3: "corpuscallosum"}
    path = cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), np.repeat([1, 1, 2, 2], 20), names)
    atlas = load_atlas(path)
    assert atlas.regions == ("a", "b")
    assert atlas.notes == ("a.dlabel.nii: labels without vertices are left out: corpuscallosum",)


def test_a_key_that_the_table_lacks_is_background_and_is_said(cifti):
    keys = np.repeat([1, 1, 2, 5], 20)
    atlas = load_atlas(cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), keys, {1: "a", 2: "b"}))
    assert atlas.regions == ("a", "b")
    np.testing.assert_array_equal(atlas.labels[RIGHT], np.repeat([1, -1], 20))
    assert "20 vertices have keys that aren't in the label table (5)" in atlas.notes[0]


def test_key_0_is_a_region_where_it_has_a_name(cifti):
    keys = np.repeat([9, 0, 2, 2], 20)
    names = {0: "a", 2: "b", 9: "???"}
    atlas = load_atlas(cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), keys, names))
    assert (atlas.regions, atlas.notes) == (("a", "b"), ())
    np.testing.assert_array_equal(atlas.labels[LEFT], np.repeat([-1, 0], 20))


def test_labels_can_be_dropped_by_name(cifti):
    keys = np.repeat([1, 3, 2, 2], 20)
    names = {1: "unknown", 2: "7Networks_RH_Vis_1", 3: "7Networks_LH_Vis_1"}
    path = cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), keys, names)
    assert load_atlas(path).table.groups is None
    atlas = load_atlas(path, ["unknown"])
    assert atlas.regions == ("7Networks_RH_Vis_1", "7Networks_LH_Vis_1")
    assert (atlas.table.groups, atlas.notes) == (("Vis", "Vis"), ())
    np.testing.assert_array_equal(atlas.labels[LEFT], np.repeat([-1, 1], 20))
    with pytest.raises(AtlasError, match=r"must be in the atlas's table; unknwon isn't among"):
        load_atlas(path, ["unknwon"])


def test_regions_taken_out_become_background(atlas_path):
    atlas = load_atlas(atlas_path).without(["7Networks_LH_Vis_1"], "not held")
    np.testing.assert_array_equal(atlas.labels[LEFT], np.repeat([-1, 0], [16, 24]))
    np.testing.assert_array_equal(atlas.labels[RIGHT], np.repeat([-1, 1, 2], [6, 10, 24]))
    assert atlas.table.groups == ("Default", "Vis", "Default")
    assert atlas.notes == ("not held: 7Networks_LH_Vis_1",)


def test_a_label_with_vertices_in_the_other_hemisphere_is_said(cifti):
    names = {1: "17Networks_LH_VisCent_ExStr_1", 2: "17Networks_RH_VisCent_ExStr_1"}
    mixed = cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), np.repeat([1, 1, 1, 2], 20), names)
    (told,) = load_atlas(mixed).notes
    assert f"not so for {names[1]} (20 vertices): check whether keys are mixed up" in told
    good = cifti.atlas("a.dlabel.nii", cifti.cortex(wall=0), np.repeat([1, 1, 2, 2], 20), names)
    assert load_atlas(good).notes == ()
