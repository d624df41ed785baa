"""What is drawn is the matrix, in the order of its groups, without its diagonal."""

import numpy as np
import pytest

from attnconn_core.connectivity import configured
from attnconn_core.errors import AtlasError, ParameterError
from attnconn_core.figures import Styles, matrix, matrix_gallery
from attnconn_core.figures.matrix_image import colour_limits
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity

STYLES = Styles(configured(["base"]).values())


def _connectivity(table: RegionTable, method: str = "granger", seed: int = 0) -> Connectivity:
    values = np.random.default_rng(seed).normal(size=(len(table.regions),) * 2)
    return Connectivity(values, table.regions, method, method not in ("pearson", "partial"))


def test_the_image_is_the_matrix_in_the_order_of_groups(table: RegionTable) -> None:
    connectivity = _connectivity(table)
    order = table.order()
    drawn = matrix(connectivity, table, signed=True).axes[0].images[0].get_array()
    off = ~np.eye(94, dtype=bool)
    # Row = target, column = source, as in the record.
    for row, column in [(0, 1), (5, 80), (93, 2)]:
        assert drawn[row, column] == connectivity.values[order[row], order[column]]
    np.testing.assert_array_equal(drawn.data[off], connectivity.values[np.ix_(order, order)][off])
    np.testing.assert_array_equal(np.ma.getmaskarray(drawn), ~off)


def test_the_record_is_left_as_it_was(table: RegionTable) -> None:
    connectivity = _connectivity(table)
    before = connectivity.values.copy()
    matrix(connectivity, None, signed=False)
    np.testing.assert_array_equal(connectivity.values, before)


def test_a_nan_is_grey_like_the_diagonal(table: RegionTable) -> None:
    connectivity = _connectivity(table)
    connectivity.values[3, 4] = np.nan
    image = matrix(connectivity, None, signed=False).axes[0].images[0]
    assert np.ma.getmaskarray(image.get_array()).sum() == 95
    assert np.isfinite(image.get_clim()).all()
    assert image.cmap.get_bad() == pytest.approx((169 / 255,) * 3 + (1,))


def test_signed_colours_are_centred_on_zero(table: RegionTable) -> None:
    values = np.abs(_connectivity(table).values) * 3 - 1
    low, high = colour_limits(values, signed=True)
    off = values[~np.eye(94, dtype=bool)]
    assert low == -high
    assert high == pytest.approx(np.percentile(off, 98))


def test_unsigned_colours_end_at_percentiles_off_the_diagonal(table: RegionTable) -> None:
    values = np.abs(_connectivity(table).values)
    off = values[~np.eye(94, dtype=bool)]
    np.fill_diagonal(values, 1e6)
    assert colour_limits(values, signed=False) == pytest.approx(np.percentile(off, [2, 98]))


@pytest.mark.parametrize("values", [np.zeros((3, 3)), np.full((3, 3), np.nan), np.ones((1, 1))])
@pytest.mark.parametrize("signed", [True, False])
def test_a_matrix_without_contrast_still_has_a_scale(values: np.ndarray, signed: bool) -> None:
    low, high = colour_limits(values, signed=signed)
    assert low < high


@pytest.mark.parametrize("method", ["pearson", "attention_group_base"])
def test_everything_is_named_and_nothing_is_cut_off(
    table: RegionTable, method: str, written, cut_off, overlapping
) -> None:
    figure = matrix(_connectivity(table, method), table, signed=True, styles=STYLES)
    text = written(figure)
    for part in ("target: the region predicted", "source: the region that informs it"):
        assert (part in text) == (method != "pearson")
    assert "connectivity: " + ("correlation" if method == "pearson" else "attention") in text
    assert all(text.count(group) == 2 for group in set(table.groups))
    assert ("undirected" in text) == (method == "pearson")
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_groups_are_parted_on_both_axes(table: RegionTable) -> None:
    axes = matrix(_connectivity(table), table, signed=True).axes[0]
    # 8 groups: 7 borders a side.
    assert len(axes.lines) == 14


def test_few_regions_without_groups_are_named(written) -> None:
    connectivity = Connectivity(np.eye(3), ("left_V1", "$x$", "_z"), "granger", True)
    text = written(matrix(connectivity, None, signed=False))
    assert text.count("left_V1") == 2
    assert text.count(r"\$x\$") == 2


def test_a_gallery_draws_every_method_on_its_own_scale(
    table: RegionTable, written, cut_off, overlapping
) -> None:
    methods = ("pearson", "partial", "granger", "attention_subject", "attention_group_base")
    matrices = [_connectivity(table, method, seed) for seed, method in enumerate(methods)]
    signed = {method: method in methods[:2] for method in methods}
    figure = matrix_gallery(matrices, table, signed, styles=STYLES)
    drawn = [axes for axes in figure.axes if axes.get_visible() and axes.get_title()]
    assert len(drawn) == 5
    for axes, connectivity in zip(drawn, matrices, strict=True):
        image = axes.images[0]
        np.testing.assert_array_equal(
            image.get_array()[0, 1:],
            connectivity.values[table.order()[0], table.order()[1:]],
        )
        assert image.get_clim() == colour_limits(
            connectivity.values, signed=signed[connectivity.method]
        )
        assert image.cmap.name == ("RdBu_r" if signed[connectivity.method] else "viridis")
    text = written(figure)
    for part in ("Pearson\nundirected", "Attention (subject)\ndirected", "target:", "source:"):
        assert part in text
    assert "Attention (group, base) †\ndirected" in text
    for quantity in ("correlation", "partial correlation", "drop in R²", "attention weight"):
        assert f"\n{quantity}" in text
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)
    # Names at the left of both rows, and below each column's last matrix.
    assert text.count("Central region") == 2 + 3
    assert not cut_off(figure)
    assert not overlapping(figure)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_a_gallery_of_any_size_fits(count: int, table: RegionTable, cut_off, overlapping) -> None:
    methods = [f"attention_group_{number}" for number in range(count)]
    figure = matrix_gallery(
        [_connectivity(table, method) for method in methods],
        table,
        dict.fromkeys(methods, False),
        styles=Styles(configured(map(str, range(count))).values()),
    )
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_what_can_not_be_drawn_is_refused(table: RegionTable) -> None:
    with pytest.raises(ParameterError, match="at least one matrix"):
        matrix_gallery([], table, {})
    with pytest.raises(ParameterError, match="lacks granger"):
        matrix_gallery([_connectivity(table)], table, {})
    with pytest.raises(AtlasError, match="94 regions drawn"):
        matrix(_connectivity(table), RegionTable.ungrouped(("a",)), signed=True)


def test_names_of_small_groups_do_not_touch(overlapping, cut_off) -> None:
    groups = ("Large",) * 45 + ("One", "Two", "Three", "Four") + ("Large too",) * 45
    table = RegionTable(tuple(f"r{n}" for n in range(94)), groups, None, "lobe")
    for figure in (
        matrix(_connectivity(table), table, signed=True),
        matrix_gallery([_connectivity(table)], table, {"granger": True}),
    ):
        assert not overlapping(figure)
        assert not cut_off(figure)
