import logging
import shutil
import subprocess
import tracemalloc
import warnings
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attnconn_core.errors import AtlasError, ScanError
from attnconn_core.parcellation import (
    held_by_any,
    load_atlas,
    parcellate,
    read_ptseries,
    read_scan_header,
    regions_held,
)

LEFT, RIGHT = "CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT"


def naive(atlas, models, values) -> np.ndarray:
    """The mean over vertices, one grayordinate at a time."""
    columns: list[list[np.ndarray]] = [[] for _ in atlas.regions]
    for number, (structure, vertex) in enumerate(zip(models.name, models.vertex, strict=True)):
        if structure in atlas.labels and atlas.labels[structure][vertex] >= 0:
            columns[atlas.labels[structure][vertex]].append(values[:, number].astype(np.float64))
    return np.stack([np.mean(each, axis=0) for each in columns], axis=1)


def noise(n_frames: int, n_grayordinates: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(10_000, 50, (n_frames, n_grayordinates))


def workbench(scan: Path, atlas: Path, out: Path, *options: str) -> Path:
    if shutil.which("wb_command") is None:
        pytest.skip("needs wb_command")
    subprocess.run(
        ["wb_command", "-cifti-parcellate", scan, atlas, "COLUMN", out, *options],
        check=True,
        capture_output=True,
    )
    return out


def test_equals_workbench_on_a_real_scan(shared, golden):
    expected = np.load(golden / "parcellation.npz")
    folder = shared / "data" / "cifti"
    atlas = load_atlas(folder / "Schaefer2018_100Parcels_17Networks_order.dlabel.nii")
    name = "sub-01_task-mixedgamblestask_run-02_space-fsLR_den-91k_bold.dtseries.nii"
    series = parcellate(folder / name, atlas)
    assert series.regions == tuple(expected["region_names"])
    assert series.repetition_time == float(expected["repetition_time"])
    assert len(series.runs) == 1
    np.testing.assert_allclose(series.values, expected["series"], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, ">f4", ">f8", np.int16])
def test_equals_workbench_on_a_small_scan(cifti, atlas_path, tmp_path, dtype):
    models = cifti.cortex(voxels=5)
    scan = cifti.series("small.dtseries.nii", models, noise(7, len(models)), dtype=dtype)
    expected = read_ptseries(workbench(scan, atlas_path, tmp_path / "wb.ptseries.nii"))
    series = parcellate(scan, load_atlas(atlas_path))
    assert series.regions == expected.regions
    np.testing.assert_allclose(series.values, expected.values, rtol=1e-6)


def test_workbench_orders_regions_by_key_too(cifti, tmp_path):
    models = cifti.cortex(wall=0)
    keys = np.repeat([30, 2, 7, 11], 20)
    path = cifti.atlas("a.dlabel.nii", models, keys, {30: "z", 7: "b", 2: "m", 11: "a"})
    scan = cifti.series("a.dtseries.nii", models, noise(3, len(models)))
    expected = read_ptseries(workbench(scan, path, tmp_path / "wb.ptseries.nii"))
    assert load_atlas(path).regions == expected.regions == ("m", "b", "a", "z")
    np.testing.assert_allclose(parcellate(scan, load_atlas(path)).values, expected.values)


@pytest.mark.parametrize(
    ("wall", "voxels"), [(6, 9), (6, 0), (0, 0)], ids=["with subcortex", "cortex", "whole surface"]
)
def test_any_set_of_grayordinates_gives_the_naive_mean(cifti, atlas_path, wall, voxels):
    models = cifti.cortex(wall=wall, voxels=voxels)
    values = noise(11, len(models)).astype(np.float32)
    atlas = load_atlas(atlas_path)
    series = parcellate(cifti.series("a.dtseries.nii", models, values), atlas)
    np.testing.assert_allclose(series.values, naive(atlas, models, values), rtol=1e-6)
    assert series.values.dtype == np.float32
    assert series.repetition_time == 0.72


def test_means_of_scaled_integers_are_unscaled(cifti, atlas_path):
    models = cifti.cortex()
    values = np.arange(3 * len(models)).reshape(3, -1)
    path = cifti.series("a.dtseries.nii", models, values, dtype=np.int16)
    header = bytearray(path.read_bytes())
    header[176:192] = np.array([0.5, 100.0]).tobytes()  # scl_slope and scl_inter of NIfTI-2
    path.write_bytes(header)
    atlas = load_atlas(atlas_path)
    expected = naive(atlas, models, np.asarray(nib.load(path).dataobj))
    np.testing.assert_allclose(parcellate(path, atlas).values, expected, rtol=1e-6)
    np.testing.assert_allclose(expected, naive(atlas, models, values) * 0.5 + 100)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1), right_first=st.booleans())
def test_grayordinates_may_come_in_any_order(cifti, atlas_path, seed, right_first):
    rng = np.random.default_rng(seed)
    vertices = {LEFT: np.arange(6, 40), RIGHT: np.arange(6, 40)}
    values = {side: rng.normal(10_000, 50, (4, 34)).astype(np.float32) for side in vertices}
    atlas = load_atlas(atlas_path)

    def means(orders, sides):
        models = cifti.models({side: (vertices[side][orders[side]], 40) for side in sides})
        stacked = np.concatenate([values[side][:, orders[side]] for side in sides], axis=1)
        return parcellate(cifti.series("a.dtseries.nii", models, stacked), atlas).values

    straight = means({side: np.arange(34) for side in vertices}, [LEFT, RIGHT])
    shuffled = {side: rng.permutation(34) for side in vertices}
    again = means(shuffled, [RIGHT, LEFT] if right_first else [LEFT, RIGHT])
    np.testing.assert_allclose(again, straight, rtol=1e-6)


def test_reads_in_blocks(cifti, tmp_path):
    """Peak memory is a few blocks, however long the file."""
    size, n_frames = 2000, 1500
    models = cifti.cortex(size=size, wall=0)
    keys = np.repeat([1, 2], size)
    atlas = load_atlas(cifti.atlas("a.dlabel.nii", models, keys, {1: "a", 2: "b"}))
    values = np.full((n_frames, 2 * size), 3, dtype=np.float32)
    path = cifti.series("long.dtseries.nii", models, values)
    assert path.stat().st_size > 23e6
    tracemalloc.start()
    try:
        series = parcellate(path, atlas)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (series.values == 3).all()
    # One 8 MB block, a region's part of it, and the header; the file's data is 24 MB.
    assert peak < 20e6


def test_header_is_read_without_data(cifti):
    models = cifti.cortex(voxels=5)
    path = cifti.series("a.dtseries.nii", models, noise(7, len(models)), step=2.0)
    header = read_scan_header(path)
    assert (header.n_frames, header.repetition_time) == (7, 2.0)
    assert header.n_vertices == {LEFT: 40, RIGHT: 40}


def test_nothing_is_logged_or_warned(cifti, atlas_path, caplog, capfd):
    scan = cifti.series("a.dtseries.nii", cifti.cortex(), noise(3, 68))
    capfd.readouterr()
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings():
        warnings.simplefilter("error")
        parcellate(scan, load_atlas(atlas_path))
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_other_vertex_counts_are_refused_with_both_numbers(cifti, atlas_path):
    scan = cifti.series("b.dtseries.nii", cifti.cortex(size=42), noise(3, 72))
    with pytest.raises(
        AtlasError, match=r"b\.dtseries\.nii.*CORTEX_LEFT has 42 .* and 40 in atlas four"
    ):
        parcellate(scan, load_atlas(atlas_path))


def test_a_missing_hemisphere_is_refused(cifti, atlas_path):
    models = cifti.models({LEFT: (np.arange(6, 40), 40)})
    scan = cifti.series("b.dtseries.nii", models, noise(3, 34))
    with pytest.raises(
        AtlasError, match=r"b\.dtseries\.nii.*CORTEX_RIGHT \(40 vertices\) is not.*LEFT \(40"
    ):
        parcellate(scan, load_atlas(atlas_path))


def test_a_region_outside_the_scan_is_no_column(cifti, atlas_path):
    models = cifti.models({LEFT: (np.arange(16, 40), 40), RIGHT: (np.arange(40), 40)})
    scan = cifti.series("b.dtseries.nii", models, noise(3, 64))
    atlas = load_atlas(atlas_path)
    assert parcellate(scan, atlas).regions == atlas.regions[1:]
    assert regions_held(scan, atlas) == set(atlas.regions[1:])
    assert held_by_any(atlas, [scan]).regions == atlas.regions[1:]
    whole = cifti.series("w.dtseries.nii", cifti.cortex(), noise(3, 68))
    assert held_by_any(atlas, [scan, whole]) is atlas
    assert held_by_any(atlas, [atlas_path]) is atlas  # which says nothing: it is no scan


def test_a_scan_without_any_region_is_refused(cifti, atlas_path):
    models = cifti.models({LEFT: (np.arange(6), 40), RIGHT: (np.arange(6), 40)})
    scan = cifti.series("b.dtseries.nii", models, noise(3, 12))
    with pytest.raises(AtlasError, match=r"b\.dtseries\.nii.*four must have .*none of 4 has"):
        parcellate(scan, load_atlas(atlas_path))


# Keys of four stretches of 20 vertices, and their names; 0 is ??? where it isn't named.
ODD = {
    "a label without a vertex": ([1, 2, 3, 4], {1: "a", 2: "b", 3: "c", 4: "d", 7: "none"}),
    "a gap, and a key not in the table": ([1, 5, 30, 4], {1: "a", 30: "c", 4: "d"}),
    "??? elsewhere, and key 0 a region": ([9, 0, 3, 4], {0: "a", 3: "c", 4: "d", 9: "???"}),
    "??? twice": ([1, 9, 3, 4], {1: "a", 3: "c", 4: "d", 9: "???"}),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_atlases_give_the_parcels_of_workbench(cifti, tmp_path, case):
    keys, names = ODD[case]
    models = cifti.cortex(wall=0)
    atlas = cifti.atlas("odd.dlabel.nii", models, np.repeat(keys, 20), names)
    scan = cifti.series("odd.dtseries.nii", models, noise(5, len(models)))
    expected = read_ptseries(workbench(scan, atlas, tmp_path / "wb.ptseries.nii"))
    # Workbench up to 1.5 makes a parcel of zeros of a label without a vertex; later ones none.
    held = expected.values.any(axis=0)
    series = parcellate(scan, load_atlas(atlas))
    assert series.regions == tuple(np.array(expected.regions)[held])
    np.testing.assert_allclose(series.values, expected.values[:, held], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vertices_that_are_not_finite_are_left_out_as_workbench_does(
    cifti, atlas_path, tmp_path, bad
):
    models = cifti.cortex()
    values = noise(7, len(models))
    values[:, [0, 3, 40]] = bad
    scan = cifti.series("holes.dtseries.nii", models, values)
    out = workbench(scan, atlas_path, tmp_path / "wb.ptseries.nii", "-only-numeric")
    series = parcellate(scan, load_atlas(atlas_path))
    np.testing.assert_allclose(series.values, read_ptseries(out).values, rtol=1e-6)
    kept = np.delete(values[:, :10], [0, 3], axis=1)
    np.testing.assert_allclose(series.values[:, 0], kept.mean(axis=1), rtol=1e-6)


def test_a_vertex_with_one_value_missing_is_left_out_in_every_frame(cifti, atlas_path):
    models = cifti.cortex()
    values = noise(7, len(models))
    values[:, 2] += 1000  # with it in some frames, the mean would jump by 100
    values[4, 2] = np.inf
    values[5, 2] = -np.inf
    scan = cifti.series("hole.dtseries.nii", models, values)
    found = parcellate(scan, load_atlas(atlas_path)).values[:, 0]
    expected = np.delete(values[:, :10], 2, axis=1).mean(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_region_without_a_finite_vertex_is_named_with_its_vertices(cifti, atlas_path):
    models = cifti.cortex()
    values = noise(7, len(models))
    values[3, :10] = np.nan
    scan = cifti.series("lost.dtseries.nii", models, values)
    with pytest.raises(
        ScanError, match=r"lost\.dtseries\.nii: .*in 1 region.*: 7Networks_LH_Vis_1 \(10 vertices\)"
    ):
        parcellate(scan, load_atlas(atlas_path))


def test_an_atlas_of_one_hemisphere_fits_a_whole_scan(cifti):
    left = cifti.models({LEFT: (np.arange(40), 40)})
    atlas = load_atlas(cifti.atlas("l.dlabel.nii", left, np.repeat([1, 2], 20), {1: "a", 2: "b"}))
    scan = cifti.series("b.dtseries.nii", cifti.cortex(wall=0), noise(3, 80))
    assert parcellate(scan, atlas).values.shape == (3, 2)


@pytest.mark.parametrize("unit", ["HERTZ", "METER"])
def test_a_series_not_in_seconds_is_refused(cifti, atlas_path, unit):
    scan = cifti.series("b.dtseries.nii", cifti.cortex(), noise(3, 68), unit=unit)
    with pytest.raises(ScanError, match=rf"b\.dtseries\.nii.*step in seconds; got 0\.72 {unit}"):
        parcellate(scan, load_atlas(atlas_path))


def test_a_step_of_zero_is_refused(cifti, atlas_path):
    scan = cifti.series("b.dtseries.nii", cifti.cortex(), noise(3, 68), step=0.0)
    with pytest.raises(ScanError, match=r"positive step in seconds; got 0 SECOND"):
        parcellate(scan, load_atlas(atlas_path))


def test_other_kinds_of_cifti_are_refused(cifti, atlas_path):
    atlas = load_atlas(atlas_path)
    with pytest.raises(ScanError, match=r"s\.dscalar\.nii.*dense series.*got scalars × dense"):
        parcellate(cifti.scalars("s.dscalar.nii", cifti.cortex()), atlas)
    with pytest.raises(ScanError, match=r"four\.dlabel\.nii.*dense series.*got labels × dense"):
        parcellate(atlas_path, atlas)
    parcels = nib.cifti2.ParcelsAxis.from_brain_models([("a", cifti.cortex())])
    pconn = cifti.write("p.pconn.nii", parcels, parcels, [[1.0]])
    with pytest.raises(ScanError, match=r"p\.pconn\.nii.*dense series.*got parcels × parcels"):
        parcellate(pconn, atlas)
