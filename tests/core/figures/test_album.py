"""Pictures of many sessions: each is its own, though they share a layout."""

import io

import numpy as np
import pytest
from PIL import Image

from attnconn_core.errors import AtlasError
from attnconn_core.figures import Album
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity, TimeSeries


def _pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def _matrix(table: RegionTable, seed: int) -> Connectivity:
    # The same numbers in another order, so that the colours' limits are the same too.
    values = np.random.default_rng(0).normal(size=94 * 94)
    shuffled = np.random.default_rng(seed).permutation(values).reshape(94, 94)
    np.fill_diagonal(shuffled, 0.0)
    return Connectivity(shuffled, table.regions, "granger", True)


def _series(table: RegionTable, seed: int, *lengths: int) -> TimeSeries:
    rng = np.random.default_rng(seed)
    runs = tuple(rng.normal(size=(n, 94)).cumsum(0).astype(np.float32) for n in lengths)
    return TimeSeries(runs, 0.72, table.regions)


def test_a_later_matrix_is_drawn_as_a_first_one_would_be(table: RegionTable) -> None:
    album = Album(table)
    first, second = (album.matrix(_matrix(table, seed), signed=True) for seed in (1, 2))
    alone = Album(table).matrix(_matrix(table, 2), signed=True)
    assert np.abs(_pixels(second) - _pixels(alone)).mean() < 1
    assert np.abs(_pixels(second) - _pixels(first)).mean() > 10
    assert album.matrix(_matrix(table, 1), signed=True) == first


def test_a_later_carpet_is_drawn_as_a_first_one_would_be(table: RegionTable) -> None:
    album = Album(table)
    first, second = (album.carpet(_series(table, seed, 60, 40)) for seed in (1, 2))
    alone = Album(table).carpet(_series(table, 2, 60, 40))
    assert np.abs(_pixels(second) - _pixels(alone)).mean() < 1
    assert np.abs(_pixels(second) - _pixels(first)).mean() > 10


def test_scans_of_other_lengths_get_axes_of_their_own(table: RegionTable) -> None:
    album = Album(table)
    album.carpet(_series(table, 1, 60, 40))
    assert album.carpet(_series(table, 1, 80)) == Album(table).carpet(_series(table, 1, 80))


def test_a_picture_is_small_enough_for_a_thousand_of_them(table: RegionTable) -> None:
    album = Album(table)
    assert len(album.matrix(_matrix(table, 1), signed=False)) < 30_000
    assert len(album.carpet(_series(table, 1, 1200))) < 100_000


def test_another_atlas_is_refused(table: RegionTable) -> None:
    strange = Connectivity(np.eye(2), ("a", "b"), "pearson", False)
    with pytest.raises(AtlasError, match="must name the 2 regions drawn"):
        Album(table).matrix(strange, signed=True)
