"""The carpet shows each run's z-scores, where and when they are."""

import numpy as np
import pytest
from scipy.stats import zscore

from attnconn_core.errors import AtlasError, SeriesError
from attnconn_core.figures import carpet
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import TimeSeries


def _series(table: RegionTable, *lengths: int) -> TimeSeries:
    rng = np.random.default_rng(1)
    runs = tuple(
        (rng.normal(size=(length, len(table.regions))) * 30 + 1e4).astype(np.float32)
        for length in lengths
    )
    return TimeSeries(runs, 0.72, table.regions)


def test_the_image_is_every_runs_z_scores_by_group(table: RegionTable) -> None:
    series = _series(table, 60, 40)
    _, below, _ = carpet(series, table).axes
    expected = np.concatenate([zscore(run.astype(np.float64), axis=0) for run in series.runs])
    image = below.images[0]
    np.testing.assert_allclose(image.get_array(), expected[:, table.order()].T, atol=1e-9)
    assert image.get_extent() == pytest.approx([0, 100 * 0.72, 93.5, -0.5])
    assert image.get_clim()[0] == -image.get_clim()[1]


def test_the_trace_is_the_mean_over_regions_broken_between_runs(table: RegionTable) -> None:
    series = _series(table, 60, 40)
    above = carpet(series, table).axes[0]
    expected = np.concatenate([zscore(run.astype(np.float64), axis=0) for run in series.runs])
    traces = [line for line in above.lines if len(line.get_xdata()) > 2]
    assert [len(line.get_xdata()) for line in traces] == [60, 40]
    drawn = np.concatenate([line.get_ydata() for line in traces])
    np.testing.assert_allclose(drawn, expected.mean(axis=1), atol=1e-9)
    assert traces[1].get_xdata()[0] == pytest.approx(60.5 * 0.72)


def test_runs_are_parted_where_they_end(table: RegionTable, written) -> None:
    figure = carpet(_series(table, 60, 40, 20), table)
    borders = [
        line.get_xdata()[0]
        for line in figure.axes[1].lines
        if line.get_xdata()[0] == line.get_xdata()[1] and line.get_xdata()[0] > 1
    ]
    assert borders == pytest.approx([60 * 0.72, 100 * 0.72])
    assert all(f"run {number}" in written(figure) for number in (1, 2, 3))


def test_what_can_not_be_standardised_is_grey(table: RegionTable) -> None:
    series = _series(table, 50)
    series.runs[0][:, 3] = 0.1
    series.runs[0][10:20, 7] = np.nan
    series.runs[0][5, 8] = np.inf
    order = table.order().tolist()
    mask = np.ma.getmaskarray(carpet(series, table).axes[1].images[0].get_array())
    assert mask[order.index(3)].all()
    assert mask[order.index(7)].tolist() == [10 <= frame < 20 for frame in range(50)]
    assert mask[order.index(8)].sum() == 1
    assert mask.sum() == 50 + 10 + 1


def test_a_series_without_any_signal_can_still_be_looked_at(table: RegionTable) -> None:
    series = TimeSeries((np.full((5, 94), np.nan, dtype=np.float32),), 1.0, table.regions)
    assert np.ma.getmaskarray(carpet(series, None).axes[1].images[0].get_array()).all()


def test_everything_is_named_and_nothing_is_cut_off(
    table: RegionTable, written, cut_off, overlapping
) -> None:
    figure = carpet(_series(table, 60, 40), table)
    text = written(figure)
    for part in ("time (s)", "global mean\n(SD)", "signal (SD of its run)", *table.groups):
        assert part in text
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_without_groups_regions_are_numbered(table: RegionTable, written) -> None:
    assert "index from 0" in written(carpet(_series(table, 30), None))


def test_what_can_not_be_drawn_is_refused(table: RegionTable) -> None:
    empty = TimeSeries((np.empty((0, 94), dtype=np.float32),), 1.0, table.regions)
    with pytest.raises(SeriesError, match="at least one frame"):
        carpet(empty, table)
    with pytest.raises(AtlasError, match="94 regions drawn"):
        carpet(_series(table, 30), RegionTable.ungrouped(("a",)))
