"""Circles show the strongest connections, each as an arrow from its source to its target."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from attnconn_core.errors import AtlasError, ParameterError
from attnconn_core.figures import circle_gallery, png, svg
from attnconn_core.figures.circle import strongest
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity

SIGNED = {"granger": False, "rdcm": True, "directed": False}


def _matrix(table: RegionTable, method: str = "granger", seed: int = 0) -> Connectivity:
    values = np.random.default_rng(seed).normal(size=(len(table.regions),) * 2)
    return Connectivity(values if SIGNED[method] else np.abs(values), table.regions, method, True)


def _arrows(axes):
    """Paths, dashes and widths of the arrows, the strongest last."""
    (arrows,) = axes.collections
    return (
        arrows.get_paths(),
        [dashes for _, dashes in arrows.get_linestyle()],
        arrows.get_linewidth(),
    )


def _covered(figure) -> list[tuple[str, str]]:
    """Pairs of texts along the circles that cover each other, as they are rotated."""
    figure.draw_without_rendering()
    boxes = []
    for text in (text for axes in figure.axes for text in axes.texts):
        assert text.get_rotation_mode() == "anchor"
        angle, anchor = text.get_rotation(), text.get_transform().transform(text.get_position())
        text.set_rotation(0)
        turned = Affine2D().rotate_deg_around(*anchor, angle)
        corners = text.get_window_extent().padded(-1).corners()[[0, 1, 3, 2]]
        boxes.append((text.get_text(), Path(turned.transform(corners), closed=False)))
    return [
        (first, second)
        for (first, a), (second, b) in itertools.combinations(boxes, 2)
        if a.intersects_path(b, filled=True)
    ]


def test_the_strongest_are_the_largest_off_the_diagonal(table: RegionTable) -> None:
    matrix = _matrix(table, "rdcm")
    matrix.values[3, 4] = np.nan
    matrix.values[7, 8] = -99.0
    np.fill_diagonal(matrix.values, 1000.0)
    chosen = strongest(matrix, 5)
    assert chosen[0].tolist() == [7, 8]
    off = np.abs(matrix.values[~np.eye(94, dtype=bool)])
    expected = np.sort(off[np.isfinite(off)])[:-6:-1]
    np.testing.assert_array_equal(np.abs(matrix.values[tuple(chosen.T)]), expected)


def test_only_what_is_allowed_and_there_is_drawn(table: RegionTable) -> None:
    matrix, allowed = _matrix(table), np.zeros((94, 94), dtype=bool)
    allowed[1, 2] = allowed[5, 6] = allowed[9, 9] = True
    matrix.values[5, 6] = 0.0
    assert strongest(matrix, 100, allowed).tolist() == [[1, 2]]


def test_an_arrow_leads_from_the_source_to_the_target() -> None:
    table = RegionTable(tuple("abcd"), ("X", "Y", "X", "Y"), None, "network")
    values = np.zeros((4, 4))
    values[3, 0] = 1.0  # from a, the first of X, to d, the last of Y
    record = Connectivity(values, table.regions, "granger", True)
    figure = circle_gallery([record], table, SIGNED)
    (path,), *_ = _arrows(figure.axes[0])
    # Arcs of 178 degrees with 2 between them, two regions in each, clockwise from the top.
    np.testing.assert_allclose(np.degrees(path.vertices[[0, 3], 0]), [44.5, 180 + 133.5])
    one_end, tip, other_end = path.vertices[-3:]
    np.testing.assert_allclose(tip, path.vertices[3])
    assert one_end[0] > tip[0] > other_end[0]
    assert one_end[1] == other_end[1] < tip[1]


def test_negative_ones_are_dashed_and_stronger_ones_thicker() -> None:
    table = RegionTable(tuple("abcd"), ("X", "Y", "X", "Y"), None, "network")
    values = np.zeros((4, 4))
    values[0, 1], values[2, 3] = -2.0, 1.0
    record = Connectivity(values, table.regions, "rdcm", True)
    figure = circle_gallery([record], table, SIGNED)
    _, dashes, widths = _arrows(figure.axes[0])
    assert [dash is not None for dash in dashes] == [False, True]
    assert widths == pytest.approx([0.95, 1.5])


def test_how_many_are_shown_of_how_many_is_said(table: RegionTable, written) -> None:
    figure = circle_gallery([_matrix(table)], table, SIGNED, subtitle="mean over 7 subjects")
    text = " ".join(written(figure).split())
    assert "mean over 7 subjects; the 141 strongest of 8,742 connections" in text
    assert "from the region that informs to the region that is informed" in text
    assert "dashed" not in text
    assert len(_arrows(figure.axes[0])[0]) == 141
    few = circle_gallery([_matrix(table, "rdcm")], table, SIGNED, edges=20)
    assert "the 20 strongest of 8,742" in " ".join(written(few).split())
    assert "dashed: below 0" in " ".join(written(few).split())
    positive = replace(_matrix(table, "rdcm"), values=np.abs(_matrix(table).values))
    assert "dashed" not in written(circle_gallery([positive], table, SIGNED))
    assert "(1.5 per region, at most 150)" in text
    assert "per region" not in written(few)
    assert len(_arrows(few.axes[0])[0]) == 20
    significant = {"granger": _matrix(table).values > 2.5}
    figure = circle_gallery([_matrix(table)], table, SIGNED, significant=significant)
    n = int((significant["granger"] & ~np.eye(94, dtype=bool)).sum())
    assert f"Granger (ridge): {min(n, 141)} of {n} significant" in written(figure)


@pytest.mark.parametrize("n_groups", [2, 8, 9, 17])
def test_neighbouring_groups_differ_in_colour(n_groups: int) -> None:
    groups = tuple(chr(65 + n // 2) for n in range(2 * n_groups))
    table = RegionTable(tuple(f"r{n}" for n in range(2 * n_groups)), groups, None, "network")
    axes = circle_gallery([_matrix(table)], table, SIGNED).axes[0]
    colours = [colour for patch in axes.patches if (colour := patch.get_facecolor())[3] > 0]
    assert len(colours) == n_groups
    assert all(one != other for one, other in itertools.pairwise([*colours, colours[0]]))


def test_no_more_than_150_are_shown() -> None:
    table = RegionTable.ungrouped(tuple(f"r{number}" for number in range(200)))
    figure = circle_gallery([_matrix(table)], table, SIGNED)
    assert len(_arrows(figure.axes[0])[0]) == 150


@pytest.mark.parametrize("methods", [["granger"], ["granger", "rdcm", "directed"]])
def test_nothing_is_cut_off_or_covered(methods, table: RegionTable, cut_off) -> None:
    figure = circle_gallery([_matrix(table, method) for method in methods], table, SIGNED)
    assert not cut_off(figure)
    assert not _covered(figure)


@pytest.mark.parametrize(
    ("sizes", "name"),
    [
        ([50, 50], "SalVentAttn"),
        ([6] * 17, "SalVentAttn"),
        ([40, 1, 1, 1, 1, 50, 1, 1, 1], "Salience / ventral attention "),
    ],
)
def test_networks_are_named_without_overlap(sizes, name, written, cut_off) -> None:
    groups = np.repeat([f"{name}{chr(65 + n)}" for n in range(len(sizes))], sizes)
    regions = tuple(f"r{n}" for n in range(len(groups)))
    table = RegionTable(regions, tuple(groups.tolist()), None, "network")
    figure = circle_gallery([_matrix(table), _matrix(table, "rdcm")], table, SIGNED)
    assert written(figure).count("ttentio" if "/" in name else name) == 2 * len(sizes)
    assert not cut_off(figure)
    assert not _covered(figure)


def test_the_picture_is_the_same_every_time_and_pyplot_holds_none(table: RegionTable) -> None:
    for drawn in (png, svg):
        first, second = (drawn(circle_gallery([_matrix(table)], table, SIGNED)) for _ in range(2))
        assert first == second
    assert pyplot.get_fignums() == []


def test_undirected_methods_and_other_regions_are_refused(table: RegionTable) -> None:
    pearson = Connectivity(np.eye(94), table.regions, "pearson", False)
    with pytest.raises(ParameterError, match="got pearson"):
        circle_gallery([pearson], table, {"pearson": True})
    with pytest.raises(ParameterError, match="got none"):
        circle_gallery([], table, {})
    with pytest.raises(AtlasError, match="in their order"):
        circle_gallery([_matrix(table)], RegionTable.ungrouped(("a", "b")), SIGNED)


@pytest.mark.parametrize(("n_regions", "named"), [(12, True), (40, True), (41, False)])
def test_regions_without_groups_are_named_if_they_are_few(written, cut_off, n_regions, named):
    regions = tuple(f"left area {n}" for n in range(n_regions))
    table = RegionTable.from_names(regions)
    assert table.groups is None
    figure = circle_gallery([_matrix(table)], table, {"granger": False})
    assert written(figure).count("left area") == (n_regions if named else 0)
    assert not cut_off(figure)
    assert not _covered(figure)
