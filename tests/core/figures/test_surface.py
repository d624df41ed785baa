"""Net flow is painted on the regions' vertices, or at their voxels' centres."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from matplotlib import colormaps, pyplot
from scipy.ndimage import center_of_mass

from attnconn_core.connectivity.flow import Flow
from attnconn_core.errors import AtlasError, ParameterError
from attnconn_core.figures import (
    brain_map,
    find_meshes,
    flow_in_volume,
    flow_on_surface,
    png,
    surface_views,
    svg,
)
from attnconn_core.figures.surface import region_centres
from attnconn_core.figures.surface_views import SIDES, CortexView, cortex_views
from attnconn_core.parcellation import Atlas, RegionTable
from attnconn_core.parcellation.label_image import LabelImage

LEFT, RIGHT = "CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT"
REGIONS = tuple(
    f"{side} {end} {half}"
    for side in "LR"
    for half in ("outer", "inner")
    for end in ("front", "back")
)
NET = (3.0, -1.0, 0.0, -2.0, 1.0, -3.0, 2.0, 0.5)
MESHES = find_meshes()
needs_meshes = pytest.mark.skipif(
    MESHES is None, reason="the surfaces aren't installed: pip install 'attnconn[surface]'"
)


@pytest.fixture(scope="module")
def halves() -> Atlas:
    """Front and back, outer and inner half of both hemispheres; 100 vertices are in no region."""
    from nibabel.gifti.gifti import GiftiImage

    labels = {}
    for number, (structure, side) in enumerate(((LEFT, "left"), (RIGHT, "right"))):
        vertices = GiftiImage.from_filename(MESHES.surfaces[side]).agg_data("pointset")
        is_back, is_right = vertices[:, 1] < 0, vertices[:, 0] > np.mean(vertices[:, 0])
        is_inner = is_right == (side == "left")
        labels[structure] = (4 * number + 2 * is_inner + is_back).astype(np.int32)
        labels[structure][:100] = -1
    table = RegionTable(REGIONS, None, tuple("LLLLRRRR"), None)
    return Atlas("halves", labels, table)


@pytest.fixture(scope="module")
def views(halves: Atlas) -> tuple[CortexView, ...]:
    return cortex_views(halves, MESHES)


def _flow(regions=REGIONS, net=NET, method="granger"):
    return Flow(method, tuple(regions), np.array([net, net], dtype=float), np.array([0.5, 0.5]))


@needs_meshes
def test_each_side_shows_its_hemisphere_with_the_front_on_the_proper_side(views) -> None:
    for view, (hemisphere, way) in zip(views, SIDES, strict=True):
        first = 0 if hemisphere == "left" else 4
        assert set(np.unique(view.regions)) <= {-2, -1, *range(first, first + 4)}
        column = [
            np.flatnonzero((view.regions >= 0) & (view.regions % 2 == end)) % view.regions.shape[1]
            for end in (0, 1)
        ]
        inner = (view.regions[view.regions >= 0] - first) // 2
        assert inner.mean() > 0.7 if way == "medial" else inner.mean() < 0.3
        # Seen from its own side, the left hemisphere looks to the left.
        looks_left = (hemisphere == "left") == (way == "lateral")
        assert (column[0].mean() < column[1].mean()) == looks_left
        brain = view.regions != -2
        assert 0.3 < brain.mean() < 0.8
        assert 0.7 < view.shades[brain].min() < view.shades[brain].max() <= 1


@needs_meshes
def test_regions_have_the_colours_of_their_net_flow(halves: Atlas, views, written, cut_off) -> None:
    flows = [_flow(), _flow(method="directed")]
    figure = flow_on_surface(flows, halves, MESHES, subtitle="mean over 2 subjects")
    images = [
        image for axes in figure.findobj(lambda a: hasattr(a, "images")) for image in axes.images
    ]
    assert len(images) == 8
    for image, view in zip(images[:4], views, strict=True):
        for region, value in enumerate(NET):
            seen = view.regions == region
            if seen.any():
                end = np.percentile(np.abs(NET), 98)
                colour = np.array(colormaps["RdBu_r"](0.5 + value / end / 2)[:3])
                found = np.asarray(image.get_array())[seen] / view.shades[seen][:, None]
                np.testing.assert_allclose(found.mean(axis=0), colour, atol=0.02)
    text = " ".join(written(figure).split())
    assert "Red: it informs others more than it is informed" in text
    assert "mean over 2 subjects" in text
    assert all(f"{side}, {way}" in text for side, way in SIDES)
    assert "Granger (ridge)" in text
    assert "Directed" in text
    assert text.count("net flow ") >= 1
    assert not cut_off(figure)


@needs_meshes
def test_regions_of_the_study_are_found_by_name(halves: Atlas, views) -> None:
    some = _flow(("R back outer", "L front outer"), (-2, 3))
    figure = flow_on_surface([some], halves, MESHES)
    (first, *_) = figure.findobj(lambda a: hasattr(a, "images"))
    view = views[0]
    shown = np.asarray(first.images[0].get_array())
    grey = shown[view.regions == 1] / view.shades[view.regions == 1][:, None]
    np.testing.assert_allclose(grey, 169 / 255, atol=1e-6)
    red = shown[view.regions == 0].mean(axis=0)
    assert red[0] > red[2]


@needs_meshes
def test_the_picture_is_the_same_every_time_and_pyplot_holds_none(halves: Atlas) -> None:
    first, second = (flow_on_surface([_flow()], halves, MESHES) for _ in range(2))
    assert png(first) == png(second)
    assert svg(first) == svg(second)
    assert pyplot.get_fignums() == []


@needs_meshes
@pytest.mark.shared
def test_a_real_atlas_has_all_its_regions_in_the_pictures(shared: Path) -> None:
    from attnconn_core.parcellation import load_atlas

    name = "Schaefer2018_100Parcels_17Networks_order.dlabel.nii"
    atlas = load_atlas(shared / "data" / "cifti" / name)
    seen = set().union(*(np.unique(view.regions) for view in cortex_views(atlas, MESHES)))
    # Two parcels are hidden from the side: they lie below.
    assert len(seen - {-1, -2}) >= 98


@needs_meshes
def test_other_surfaces_and_unknown_regions_are_refused(halves: Atlas) -> None:
    other = dataclasses.replace(halves, labels={LEFT: halves.labels[LEFT][:100]})
    with pytest.raises(AtlasError, match=r"32,492 vertices.*100 left and 0 right"):
        cortex_views(other, MESHES)
    with pytest.raises(ParameterError, match=r"regions that the atlas lacks: V9"):
        flow_on_surface([_flow(("L front outer", "V9"), (1, 2))], halves, MESHES)


def _image() -> LabelImage:
    labels = np.zeros((20, 20, 20), dtype=np.int32)
    labels[2:5, 3:9, 10:12], labels[12:15, 10:12, 5:9] = 1, 2
    affine = np.array([[-6.0, 0, 0, 60], [0, 6, 0, -80], [0, 0, 6, -50], [0, 0, 0, 1]])
    return LabelImage("two", labels, affine, RegionTable.ungrouped(("right", "left")))


def test_centres_are_those_of_mass_in_millimetres() -> None:
    image = _image()
    expected = [
        image.affine[:3, :3] @ np.array(center_of_mass(image.labels == number))
        + image.affine[:3, 3]
        for number in (1, 2)
    ]
    np.testing.assert_allclose(region_centres(image), expected)


def test_a_glass_brain_has_a_row_per_method(written, cut_off, overlapping) -> None:
    flows = [_flow(("left", "right"), (1, -1)), _flow(("left", "right"), (1, -1), "directed")]
    figure = flow_in_volume(flows, _image(), subtitle="mean over 2 subjects")
    images = [
        image for axes in figure.findobj(lambda a: hasattr(a, "images")) for image in axes.images
    ]
    picture = np.asarray(images[0].get_array()).astype(int)
    assert len(images) == 2
    reddish = (picture[..., 0] - picture[..., 2] > 60).any(axis=0)
    bluish = (picture[..., 2] - picture[..., 0] > 60).any(axis=0)
    width = picture.shape[1]
    # From the left the left region is seen, red; from the right the right one, blue.
    assert reddish[: width // 4].any()
    assert not bluish[: width // 4].any()
    assert bluish[width // 2 : int(0.7 * width)].any()
    assert "outline: MNI152" in " ".join(written(figure).split())
    assert not cut_off(figure)
    assert not overlapping(figure)
    assert pyplot.get_fignums() == []


def test_without_places_there_is_a_reason_instead_of_a_figure(monkeypatch) -> None:
    flow = _flow(("left", "right"), (1, -1))
    assert brain_map([], None) == (None, "no method of the study is directed")
    assert brain_map([flow], None)[1].startswith("the regions are known by name only")
    assert brain_map([flow], _image())[1] == ""
    table = RegionTable.ungrouped(("left", "right"))
    small = Atlas("small", {LEFT: np.array([0, 1]), RIGHT: np.array([1, 0])}, table)
    monkeypatch.setattr(surface_views, "find_spec", lambda _: None)
    assert find_meshes() is None
    figure, why = brain_map([flow], small)
    assert (figure, why) == (None, "it needs surfaces, which aren't installed: "
                                   "pip install 'attnconn[surface]'")  # fmt: skip


@needs_meshes
def test_an_atlas_on_other_surfaces_is_a_reason_too() -> None:
    table = RegionTable.ungrouped(("left", "right"))
    small = Atlas("small", {LEFT: np.array([0, 1]), RIGHT: np.array([1, 0])}, table)
    assert (
        "small has 2 left and 2 right" in brain_map([_flow(("left", "right"), (1, -1))], small)[1]
    )
