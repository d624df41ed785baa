"""Circles show the strongest connections, each as an arrow from its source to its target."""

import numpy as np
import pytest
from matplotlib import pyplot

from attnconn_core.errors import AtlasError, ParameterError
from attnconn_core.figures import circle_gallery, png
from attnconn_core.figures.circle import strongest
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity

SIGNED = {"granger": False, "rdcm": True, "directed": False}


def _matrix(table: RegionTable, method: str = "granger", seed: int = 0) -> Connectivity:
    values = np.random.default_rng(seed).normal(size=(len(table.regions),) * 2)
    return Connectivity(values if SIGNED[method] else np.abs(values), table.regions, method, True)


def _arrows(axes):
    """Paths, line styles, widths and colours of the arrows, and those of the arcs."""
    (patches,) = (found for found in axes.collections if len(found.get_paths()) > 1)
    is_arrow = [len(path.codes) > 2 and 3 in path.codes for path in patches.get_paths()]
    numbers = np.flatnonzero(is_arrow)
    paths = [patches.get_paths()[number] for number in numbers]
    styles = [patches.get_linestyle()[number] for number in numbers]
    widths = [patches.get_linewidth()[number] for number in numbers]
    return paths, styles, widths


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
    degrees = np.degrees([path.vertices[0][0], path.vertices[2][0]])
    np.testing.assert_allclose(degrees, [44.5, 180 + 133.5])
    tip = path.vertices[path.codes == 2][-2]
    np.testing.assert_allclose(tip, path.vertices[2])
    assert path.vertices[-1][1] < tip[1]  # the head's ends lie further inside


def test_negative_ones_are_dashed_and_stronger_ones_thicker() -> None:
    table = RegionTable(tuple("abcd"), ("X", "Y", "X", "Y"), None, "network")
    values = np.zeros((4, 4))
    values[0, 1], values[2, 3] = -2.0, 1.0
    record = Connectivity(values, table.regions, "rdcm", True)
    figure = circle_gallery([record], table, SIGNED)
    _, styles, widths = _arrows(figure.axes[0])
    assert [dashes is not None for _, dashes in styles] == [False, True]  # the strongest on top
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
    assert len(_arrows(few.axes[0])[0]) == 20
    significant = {"granger": _matrix(table).values > 2.5}
    figure = circle_gallery([_matrix(table)], table, SIGNED, significant=significant)
    n = int((significant["granger"] & ~np.eye(94, dtype=bool)).sum())
    assert f"Granger (ridge): {min(n, 141)} of {n} significant" in written(figure)


def test_no_more_than_150_are_shown() -> None:
    table = RegionTable.ungrouped(tuple(f"r{number}" for number in range(200)))
    figure = circle_gallery([_matrix(table)], table, SIGNED)
    assert len(_arrows(figure.axes[0])[0]) == 150


@pytest.mark.parametrize("methods", [["granger"], ["granger", "rdcm", "directed"]])
def test_nothing_is_cut_off_or_covered(methods, table: RegionTable, cut_off, overlapping) -> None:
    figure = circle_gallery([_matrix(table, method) for method in methods], table, SIGNED)
    assert not cut_off(figure)
    assert not overlapping(figure)


@pytest.mark.parametrize("n_groups", [2, 17])
def test_networks_are_named_without_overlap(n_groups: int, written, cut_off, overlapping) -> None:
    groups = tuple(f"SalVentAttn{chr(65 + n // 6)}" for n in range(6 * n_groups))
    regions = tuple(f"r{n}" for n in range(6 * n_groups))
    table = RegionTable(regions, groups, None, "network")
    figure = circle_gallery([_matrix(table), _matrix(table, "rdcm")], table, SIGNED)
    assert written(figure).count("SalVentAttnB") == 2
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_the_picture_is_the_same_every_time_and_pyplot_holds_none(table: RegionTable) -> None:
    first, second = (png(circle_gallery([_matrix(table)], table, SIGNED)) for _ in range(2))
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
