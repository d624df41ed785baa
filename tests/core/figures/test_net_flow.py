"""Net flow is drawn per network and region with its interval, and says what its sign means."""

import dataclasses

import numpy as np
import pytest
from matplotlib.colors import to_hex

from attnconn_core.connectivity.flow import Flow, mean_interval
from attnconn_core.errors import ParameterError
from attnconn_core.figures import net_flow
from attnconn_core.figures.net_flow import extremes, short_names
from attnconn_core.parcellation import RegionTable

METHODS = ("granger", "rdcm", "directed", "patel_tau")


def _flows(table: RegionTable, methods=METHODS, subjects=7, scale=1.0) -> list[Flow]:
    rng = np.random.default_rng(2)
    n = len(table.regions)
    return [
        Flow(
            method,
            table.regions,
            scale * (rng.normal(size=(subjects, n)) + np.linspace(-2, 2, n)),
            rng.uniform(size=subjects),
        )
        for method in methods
    ]


def _panels(figure):
    """Titles of panels → axes, in the order of drawing."""
    return [axes for axes in figure.findobj(lambda a: hasattr(a, "get_ylim")) if axes.get_visible()]


def _drawn(axes):
    """The drawn points, and the ends of their lines, by the label of their row."""
    labels = [text.get_text() for text in axes.get_yticklabels()]
    lines_between, points = axes.collections
    lines = {round(part[0][1]): part[:, 0] for part in lines_between.get_segments()}
    return {
        labels[round(row)]: (x, *lines[round(row)], to_hex(colour) == "#ffffff")
        for (x, row), colour in zip(points.get_offsets(), points.get_facecolors(), strict=True)
    }


def test_regions_and_lobes_have_their_means_and_intervals(table: RegionTable) -> None:
    flows = _flows(table)
    axes = _panels(net_flow(flows, table))
    lobes, regions = axes[1], axes[1 + len(METHODS)]
    names, values = flows[0].per_group(table.groups)
    for number, name in enumerate(names):
        mean, low, high = (part[number] for part in mean_interval(values))
        assert _drawn(lobes)[name] == pytest.approx((mean, low, high, low < 0 < high))
    mean, low, high = mean_interval(flows[0].net)
    drawn = _drawn(regions)
    assert len(drawn) == 30
    for number in extremes(mean):
        expected = (mean[number], low[number], high[number], low[number] < 0 < high[number])
        assert drawn[table.regions[number]] == pytest.approx(expected)


def test_the_highest_and_the_lowest_are_drawn_and_the_figure_says_so(
    table: RegionTable, written
) -> None:
    means = np.random.default_rng(0).permutation(94.0 * np.arange(94))
    order = extremes(means)
    assert means[order].tolist() == [*sorted(means)[:-16:-1], *sorted(means)[14::-1]]
    assert extremes(means[:30]).size == 30
    text = written(net_flow(_flows(table), table))
    assert "the 15 highest and the 15 lowest of 94 regions" in text
    assert text.count("… 64 between …") == len(METHODS)


def test_the_sign_the_unit_and_the_subjects_are_explained(table: RegionTable, written) -> None:
    text = " ".join(
        written(
            net_flow(_flows(table, scale=0.001), table, subtitle="mean over 7 subjects")
        ).split()
    )
    assert (
        "mean over 7 subjects; net flow of a region: sum of its column minus sum of its row" in text
    )
    assert "Above 0, the region informs others more than it is informed" in text
    assert "uncorrected for the number of regions and of groups" in text
    assert "of 94 regions, selected by these means" in text
    assert "Asymmetry: Σ|A − Aᵀ| / Σ(|A| + |Aᵀ|)" in text
    assert "Net flow: outgoing minus incoming weight" in text
    assert "hollow: the interval includes 0" in text
    assert "← is informed more · informs more → (× 10⁻³)" in text
    assert "Per lobe: mean net flow of its regions" in text


def test_asymmetry_is_drawn_for_every_method(table: RegionTable) -> None:
    flows = _flows(table)
    first = _panels(net_flow(flows, table))[0]
    labels = ["Granger (ridge)", "Regression DCM", "Directed", "Patel's tau"]
    assert [text.get_text() for text in first.get_yticklabels()] == labels
    points = np.concatenate([found.get_offsets() for found in first.collections[1::2]])
    shares = [[flow.asymmetry.mean(), row] for row, flow in enumerate(flows)]
    np.testing.assert_allclose(points, shares)


def test_one_subject_has_points_without_lines(table: RegionTable) -> None:
    axes = _panels(net_flow(_flows(table, subjects=1), table))[-1]
    lines, points = axes.collections
    assert not any(part.size for part in lines.get_segments())
    assert len(points.get_offsets()) == 30


def test_regions_without_groups_are_drawn_alone(table: RegionTable, written) -> None:
    bare = dataclasses.replace(table, groups=None, grouping=None)
    text = written(net_flow(_flows(table, ("granger",)), bare))
    assert "Per lobe" not in text
    assert "Per region" in text


@pytest.mark.parametrize("n_methods", [1, 2, 4])
def test_nothing_is_cut_off_or_covered_at_180_mm(
    table: RegionTable, n_methods: int, cut_off, overlapping
) -> None:
    figure = net_flow(_flows(table, METHODS[:n_methods]), table, subtitle="mean over 7 subjects")
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_what_all_names_begin_with_is_written_once() -> None:
    names = ("17Networks_LH_VisCent_1", "17Networks_RH_VisCent_1")
    assert short_names(names) == ("17Networks_", ("LH_VisCent_1", "RH_VisCent_1"))
    assert short_names(("V1", "V2")) == ("", ("V1", "V2"))
    assert short_names(("Region_1", "Region_2"))[1] == ("Region_1", "Region_2")


def test_a_figure_without_a_directed_method_is_refused(table: RegionTable) -> None:
    with pytest.raises(ParameterError, match="got 0 methods and a table of 94 regions"):
        net_flow([], table)
    other = RegionTable.ungrouped(tuple(f"r{number}" for number in range(94)))
    with pytest.raises(ParameterError, match="regions of the table in their order"):
        net_flow(_flows(table), other)
