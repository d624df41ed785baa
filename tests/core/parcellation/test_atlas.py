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
        ([1, 1, 2, 2], {1: "a", 2: "b", 3: "c"}, r"at least one vertex; 1 have none: c"),
        ([1, 1, 2, 5], {1: "a", 2: "b"}, r"in its label table; key 5 is not"),
        ([1, 1, 2, 2], {1: "a", 2: "a"}, r"a name of its own; more than once: a"),
        ([0, 0, 0, 0], {}, r"it has no region"),
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
