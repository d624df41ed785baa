import numpy as np
import pytest

from attnconn_core.timeseries import column_sketch, shared_columns
from tests.core.timeseries.suspicious_series import as_series, clean


def mixed(n, regions=20):
    """A scan whose last n regions are those of the scan of seed 0, in another unit."""
    values = clean(seed=1, regions=regions)
    values[:, regions - n :] = 3 * clean(regions=regions)[:, regions - n :] + 7
    return values


@pytest.mark.parametrize("columns", [2, 7, 19])
def test_columns_of_another_scan_are_counted(columns):
    scans = {"a": clean(), "b": mixed(columns), "c": clean(seed=2)}
    (found,) = shared_columns({key: column_sketch(as_series(each)) for key, each in scans.items()})
    assert (found.first, found.second, found.columns, found.exact) == ("a", "b", columns, True)


def test_columns_in_another_order_are_found():
    turned = mixed(7)[:, ::-1]
    scans = {"a": clean(), "b": turned}
    (found,) = shared_columns({key: column_sketch(as_series(each)) for key, each in scans.items()})
    assert found.columns == 7


def test_of_many_regions_some_are_compared():
    names = {"a": clean(regions=360), "b": mixed(40, regions=360)}
    (found,) = shared_columns({key: column_sketch(as_series(each)) for key, each in names.items()})
    assert 5 <= found.columns <= 40
    assert not found.exact


def test_scans_of_their_own_share_no_column():
    sketches = {str(seed): column_sketch(as_series(clean(seed=seed))) for seed in range(60)}
    assert shared_columns(sketches) == ()


def test_what_holds_no_signal_of_its_own_is_left_out():
    """Two regions of zeros, one that rises, and one of a block design, in every scan."""

    def scan(seed):
        values = clean(seed=seed)
        values[:, :2], values[:, 2] = 0, np.arange(300)
        values[:, 3:5] = (np.arange(300) // 20 % 2)[:, None]
        return column_sketch(as_series(values))

    assert shared_columns({"a": scan(0), "b": scan(1)}) == ()
    assert column_sketch(as_series(clean(40))) == ""
    assert shared_columns({"a": "", "b": ""}) == ()


def test_a_sketch_is_small():
    assert len(column_sketch(as_series(clean(regions=400)))) < 900
