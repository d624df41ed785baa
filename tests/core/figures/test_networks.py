"""Means between groups equal those of a table of edges, and are written on them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import AtlasError, ParameterError
from attnconn_core.figures import network_gallery, network_means
from attnconn_core.figures.block_images import block_means
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity


def _connectivity(table: RegionTable, scale: float = 1.0) -> Connectivity:
    values = np.random.default_rng(0).uniform(size=(len(table.regions),) * 2) * scale
    return Connectivity(values, table.regions, "attention_subject", True)


def test_means_equal_those_of_a_table_of_edges(table: RegionTable) -> None:
    connectivity = _connectivity(table)
    connectivity.values[2, 5] = np.nan
    names, means = block_means(connectivity, table)
    edges = pd.DataFrame(
        [
            (table.groups[target], table.groups[source], connectivity.values[target, source])
            for target in range(94)
            for source in range(94)
            if target != source
        ],
        columns=["target", "source", "value"],
    )
    expected = edges.groupby(["target", "source"])["value"].mean().unstack()
    np.testing.assert_allclose(means, expected.loc[list(names), list(names)])


def test_a_group_of_one_region_has_no_connection_with_itself(written) -> None:
    table = RegionTable(tuple("abc"), ("X", "X", "Y"), None, "network")
    connectivity = Connectivity(np.arange(9.0).reshape(3, 3), tuple("abc"), "granger", True)
    names, means = block_means(connectivity, table)
    assert names == ("X", "Y")
    np.testing.assert_allclose(means, [[2.0, 3.5], [6.5, np.nan]])
    figure = network_means(connectivity, table)
    assert [text.get_text() for text in figure.axes[0].texts] == ["2.00", "3.50", "6.50", "–"]
    assert "Granger (ridge) between networks" in written(figure)


def test_small_means_are_written_with_a_power_of_ten(table: RegionTable, written) -> None:
    figure = network_means(_connectivity(table, 0.02), table)
    shown = np.array([float(text.get_text()) for text in figure.axes[0].texts]).reshape(8, 8)
    _, means = block_means(_connectivity(table, 0.02), table)
    assert "× 10⁻²" in written(figure)
    np.testing.assert_allclose(shown / 100, means, atol=0.00006)


def test_colours_are_centred_where_values_have_both_signs(table: RegionTable) -> None:
    connectivity = _connectivity(table)
    low, high = network_means(connectivity, table).axes[0].images[0].get_clim()
    assert 0 < low < high
    image = network_means(connectivity, table, signed=True).axes[0].images[0]
    assert image.get_clim()[0] == -image.get_clim()[1]
    connectivity.values[0, 1] = -0.1
    assert network_means(connectivity, table).axes[0].images[0].cmap.name == "RdBu_r"


@pytest.mark.parametrize("n_groups", [2, 8, 17])
def test_everything_is_named_and_nothing_is_cut_off(
    n_groups: int, written, cut_off, overlapping
) -> None:
    regions = tuple(f"r{number}" for number in range(2 * n_groups))
    groups = tuple(f"Salience / ventral attention {n // 2}" for n in range(2 * n_groups))
    table = RegionTable(regions, groups, None, "network")
    figure = network_means(_connectivity(table), table)
    text = written(figure)
    assert all(f"{group} (2)\n" in text for group in groups)
    assert "source: the network that informs it" in text
    assert "target: the network predicted" in text
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_regions_without_groups_are_refused() -> None:
    table = RegionTable.ungrouped(("a", "b"))
    with pytest.raises(AtlasError, match="no networks and no lobes"):
        network_means(_connectivity(table), table)


def test_nothing_known_is_drawn_as_nothing() -> None:
    table = RegionTable(("a", "b"), ("X", "Y"), None, "lobe")
    connectivity = Connectivity(np.full((2, 2), np.nan), ("a", "b"), "granger", True)
    figure = network_means(connectivity, table)
    assert {text.get_text() for text in figure.axes[0].texts} == {"–"}


SIGNED = {"pearson": True, "granger": False, "attention_subject": False}


def _of_methods(table: RegionTable, scale: float = 1.0) -> list[Connectivity]:
    rng = np.random.default_rng(4)
    n = len(table.regions)
    shift = {"pearson": -0.5, "granger": 0.0, "attention_subject": 0.0}
    return [
        Connectivity(
            (rng.uniform(size=(n, n)) + shift[method]) * scale, table.regions, method, True
        )
        for method in SIGNED
    ]


def test_a_gallery_shows_every_method_with_its_scale(table: RegionTable, written) -> None:
    records = _of_methods(table, 0.002)
    figure = network_gallery(records, table, SIGNED, subtitle="mean over 7 subjects")
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title() for axes in shown] == [
        "Pearson\ndirected",
        "Granger (ridge)\ndirected",
        "Attention (subject)\ndirected",
    ]
    assert "mean over 7 subjects, and over the pairs of different regions" in " ".join(
        written(figure).split()
    )
    powers = (1e-5, 1e-4, 1e-4)  # so that the largest mean has two digits
    for axes, record, power in zip(shown, records, powers, strict=True):
        _, means = block_means(record, table)
        numbers = [float(text.get_text().replace("−", "-")) for text in axes.texts]
        np.testing.assert_allclose(np.reshape(numbers, (8, 8)) * power, means, atol=0.501 * power)
        bar = axes.child_axes[0].get_ylabel()
        said = {"pearson": "correlation", "granger": "drop in R²"}
        quantity = said.get(record.method, "attention weight")
        assert bar == f"mean {quantity} (× 10{'⁻⁵' if power == 1e-5 else '⁻⁴'})"
        low, high = axes.images[0].get_clim()
        assert (low == -high) == SIGNED[record.method]


@pytest.mark.parametrize(("n_groups", "n_methods"), [(2, 1), (8, 2), (9, 3), (17, 3)])
def test_a_gallery_is_legible_at_180_mm(
    n_groups: int, n_methods: int, written, cut_off, overlapping
) -> None:
    groups = tuple(f"SalVentAttn{chr(65 + n // 2)}" for n in range(2 * n_groups))
    regions = tuple(f"r{number}" for number in range(2 * n_groups))
    table = RegionTable(regions, groups, None, "network")
    figure = network_gallery(_of_methods(table)[:n_methods], table, SIGNED)
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)
    assert bool(figure.axes[0].texts) == (n_groups <= 9)
    # Names of sources stand below each column, those of targets left of each row.
    assert written(figure).count("SalVentAttnB") == [2, 3, 4][n_methods - 1]
    assert "source: the network that informs it" in written(figure)
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_a_gallery_needs_a_matrix_and_groups(table: RegionTable) -> None:
    with pytest.raises(ParameterError, match="got none"):
        network_gallery([], table, SIGNED)
    bare = RegionTable.ungrouped(table.regions)
    with pytest.raises(AtlasError, match="no networks and no lobes"):
        network_gallery(_of_methods(table), bare, SIGNED)


def test_a_block_of_a_left_and_a_right_region_does_not_set_the_colours(written) -> None:
    regions = tuple(f"r{number}" for number in range(10))
    table = RegionTable(regions, ("Insula",) * 2 + ("A",) * 4 + ("B",) * 4, None, "lobe")
    values = np.full((10, 10), 0.1)
    values[:2, :2], values[2:6, 2:6] = 5.0, 0.3
    record = Connectivity(values, regions, "granger", True)
    figure = network_gallery([record], table, {"granger": False})
    axes = figure.axes[0]
    assert axes.images[0].get_clim()[1] == pytest.approx(3.0)  # × 10⁻¹
    (frame,) = axes.patches
    assert frame.get_xy() == (-0.5, -0.5)
    assert "framed: beyond the colours" in " ".join(written(figure).split())
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert sorted(names) == ["A (4)", "B (4)", "Insula (2)"]
    values[:2, :2] = 0.2
    assert "framed" not in written(network_gallery([record], table, {"granger": False}))


def test_undirected_methods_have_neither_targets_nor_sources(table: RegionTable, written) -> None:
    record = _of_methods(table)[0]
    mixed = [replace(record, directed=False), *_of_methods(table)[1:]]
    said = written(network_gallery(mixed, table, SIGNED))
    assert "target: the lobe predicted\n(undirected methods: either lobe)" in said
    alone = written(network_gallery(mixed[:1], table, SIGNED))
    assert "target" not in alone
    assert "source" not in alone
