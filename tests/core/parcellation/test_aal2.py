from collections import Counter

from attnconn_core.parcellation import aal2


def test_ninety_four_regions_left_and_right_by_turns():
    table = aal2()
    assert len(table.regions) == 94
    assert table.hemispheres == ("L", "R") * 47
    assert table.grouping == "lobe"
    for left, right in zip(table.regions[::2], table.regions[1::2], strict=True):
        assert (left[-2:], right[-2:]) == ("_L", "_R")
        assert left[:-2] == right[:-2]


def test_both_sides_of_a_region_lie_in_one_lobe():
    groups = aal2().require_groups()
    assert groups[::2] == groups[1::2]


def test_lobes_are_those_of_the_automated_anatomical_labelling():
    assert Counter(aal2().require_groups()[::2]) == {
        "Central": 3,
        "Frontal": 15,
        "Insula": 1,
        "Limbic": 7,
        "Occipital": 7,
        "Parietal": 5,
        "Subcortical": 5,
        "Temporal": 4,
    }
    where = dict(zip(aal2().regions, aal2().require_groups(), strict=True))
    assert where["Precuneus_L"] == "Parietal"
    assert where["Amygdala_R"] == "Subcortical"
    assert where["Temporal_Pole_Sup_L"] == "Limbic"
