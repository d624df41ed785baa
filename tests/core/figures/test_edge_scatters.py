"""Edges of two methods are drawn with their correlation, and which methods are chosen."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from attnconn_core.connectivity import configured
from attnconn_core.errors import ParameterError
from attnconn_core.figures import Styles, chosen_pairs, edge_scatters
from attnconn_core.records import Connectivity

STYLES = Styles(configured(["base"]).values())


def _matrix(method: str, seed: int = 0, n: int = 5, *, directed: bool = True) -> Connectivity:
    values = np.random.default_rng(seed).normal(size=(n, n))
    values = values if directed else values + values.T
    return Connectivity(values, tuple(f"r{place}" for place in range(n)), method, directed)


def test_points_are_the_edges_of_both_directions_without_the_diagonal(written) -> None:
    granger, attention = _matrix("granger", 1), _matrix("attention_subject", 2)
    figure = edge_scatters([(granger, attention)], subtitle="mean over 3 subjects")
    axes = figure.axes[0]
    off = ~np.eye(5, dtype=bool)
    x, y = granger.values[off], attention.values[off]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), np.column_stack([x, y]))
    r, rho = pearsonr(x, y).statistic, spearmanr(x, y).statistic
    assert axes.get_title() == f"r {r:.2f}, ρ {rho:.2f}, 20 edges".replace("-", "−")
    assert axes.get_xlabel() == "Granger (ridge)"
    assert axes.get_ylabel() == "Attention (subject)"
    assert "mean over 3 subjects" in written(figure)


def test_an_edge_that_is_unknown_in_either_is_left_out() -> None:
    granger, attention = _matrix("granger", 1), _matrix("attention_subject", 2)
    granger.values[0, 1] = attention.values[3, 2] = np.nan
    axes = edge_scatters([(granger, attention)]).axes[0]
    assert "18 edges" in axes.get_title()


def test_an_edge_of_two_undirected_methods_counts_once(written) -> None:
    pair = (_matrix("pearson", 1, directed=False), _matrix("partial", 2, directed=False))
    assert "10 edges" in edge_scatters([pair]).axes[0].get_title()
    assert "each point is an edge; r: Pearson" in written(edge_scatters([pair]))
    pair = (_matrix("pearson", 1, directed=False), _matrix("granger", 2))
    assert "20 edges" in edge_scatters([pair]).axes[0].get_title()
    said = " ".join(written(edge_scatters([pair])).split())
    assert "each point is an edge in both directions, undirected ones twice" in said


def test_many_edges_are_counted(written) -> None:
    pair = (_matrix("granger", 1, 40), _matrix("attention_subject", 2, 40))
    pair[0].values[0, 1] = 1e6  # would press all others together
    figure = edge_scatters([pair, pair])
    for axes in figure.axes[:2]:
        (hexagons,) = axes.collections
        assert hexagons.get_array().sum() == pytest.approx(40 * 39, rel=0.01)
        assert axes.get_xlim()[1] < 100
    first, second = (axes.collections[0] for axes in figure.axes[:2])
    assert first.get_clim() == second.get_clim()
    assert "edges per hexagon" in written(figure)
    assert "hexagons count edges; r: Pearson" in written(figure)


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_nothing_is_cut_off(count: int, cut_off, overlapping) -> None:
    pair = (_matrix("attention_group_base", 1, 30), _matrix("attention_finetuned", 2, 30))
    figure = edge_scatters([pair] * count, subtitle="mean over 7 subjects", styles=STYLES)
    assert not cut_off(figure)
    assert not overlapping(figure)


ORDER = ("pearson", "granger", "attention_subject", "attention_finetuned", "te_knn", "psgc")


def test_others_are_drawn_against_the_last_attention_directed_ones_first() -> None:
    means = [_matrix(name, directed=name != "pearson") for name in sorted(ORDER)]
    pairs = chosen_pairs(means, ORDER, STYLES)
    assert {second.method for _, second in pairs} == {"attention_finetuned"}
    assert [first.method for first, _ in pairs] == [
        *("granger", "attention_subject", "te_knn", "psgc"),
        "pearson",
    ]


def test_at_most_six_pairs_are_chosen_and_attention_is_not_needed() -> None:
    names = [f"m{number}" for number in range(9)]
    means = [_matrix(name, directed=name != "m8") for name in names]
    pairs = chosen_pairs(means, names, STYLES)
    assert [(first.method, second.method) for first, second in pairs] == [
        (f"m{number}", "m7") for number in range(6)
    ]
    assert chosen_pairs(means[:1], names, STYLES) == []


def test_what_can_not_be_drawn_is_refused() -> None:
    with pytest.raises(ParameterError, match="at least one pair"):
        edge_scatters([])
    with pytest.raises(ParameterError, match="granger and partial have 5 and 4 regions"):
        edge_scatters([(_matrix("granger"), _matrix("partial", n=4))])
    nothing = _matrix("partial")
    nothing.values[:] = np.nan
    with pytest.raises(ParameterError, match="no edge in common"):
        edge_scatters([(_matrix("granger"), nothing)])


@pytest.mark.parametrize("n", [8, 30])
def test_one_row_below_a_long_subtitle_is_not_cut_off(n: int, cut_off) -> None:
    informed = _matrix("attention_group_base", 1, n)
    others = [_matrix(name, seed, n) for seed, name in enumerate(("granger", "granger_log_ratio"))]
    others.append(_matrix("pearson", 5, n, directed=False))
    figure = edge_scatters(
        [(other, informed) for other in others], subtitle="mean over 60 subjects", styles=STYLES
    )
    assert not cut_off(figure)
