import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nilearn.maskers import NiftiLabelsMasker

from attnconn_core.errors import AtlasError, ScanError
from attnconn_core.parcellation import (
    load_label_image,
    read_volume_header,
    volume_coverage,
    volume_means,
)
from tests.bids_dataset import AFFINE, REGIONS, SECONDS, FmriPrep, label_image


@pytest.fixture
def labels(tmp_path):
    return label_image(tmp_path / "four.nii.gz")


@pytest.fixture
def atlas(labels):
    return load_label_image(labels, labels.with_name("four.tsv"))


@pytest.fixture
def scan(tmp_path):
    return FmriPrep(tmp_path / "fmriprep").volume("01", "1", n_frames=30)


def changed(scan, change):
    image = nib.load(scan)
    values = image.get_fdata(dtype=np.float32).copy()
    change(values)
    nib.save(nib.Nifti1Image(values, image.affine, image.header), scan)
    return values


def test_means_equal_nilearns_masker(scan, labels, atlas):
    series = volume_means(scan, atlas, SECONDS)
    expected = NiftiLabelsMasker(nib.load(labels), standardize=None).fit_transform(nib.load(scan))
    np.testing.assert_array_equal(series.values, expected)
    assert (series.regions, series.repetition_time) == (REGIONS, SECONDS)


def test_the_repetition_time_comes_from_the_header_in_its_unit(scan, atlas):
    header = read_volume_header(scan, atlas)
    assert (header.n_frames, header.repetition_time) == (30, SECONDS)
    image = nib.load(scan)
    for step, unit, seconds in ((720.0, "msec", 0.72), (0.72, "sec", 0.72), (2.0, "unknown", None)):
        image.header.set_zooms((2.0, 2.0, 2.0, step))
        image.header.set_xyzt_units("mm", unit)
        nib.save(image, scan.with_name("other.nii"))
        assert read_volume_header(scan.with_name("other.nii")).repetition_time == seconds
    image.header.set_zooms((2.0, 2.0, 2.0, 720.0))
    image.header.set_xyzt_units("mm", "sec")
    nib.save(image, scan.with_name("other.nii"))
    with pytest.raises(ScanError, match=r"from 0\.05 to 30; got 720\. Did you mean 0\.72"):
        read_volume_header(scan.with_name("other.nii"))


def test_a_voxel_that_is_no_number_once_is_left_out_always(scan, atlas):
    def change(values):
        values[0, 0, 1, 7] = np.nan
        values[5, 5, 3, 3] = np.nan  # of no region

    values = changed(scan, change)
    series = volume_means(scan, atlas, SECONDS)
    voxels = values[0:2, 0:2, 1:3].reshape(8, -1)
    np.testing.assert_allclose(series.values[:, 0], voxels[1:].mean(axis=0), rtol=1e-6)
    assert np.isfinite(series.values).all()
    np.testing.assert_allclose(volume_coverage(scan, atlas), [7 / 8, 1, 1, 1])


def test_a_region_without_a_finite_voxel_is_named(scan, atlas):
    def change(values):
        values[3:5, 0:2, 1:3, 7] = np.inf

    changed(scan, change)
    with pytest.raises(ScanError, match=r"voxel whose values are all finite; 1 have none: B"):
        volume_means(scan, atlas, SECONDS)


def test_a_value_that_single_precision_cannot_hold_counts_as_not_finite(scan, atlas):
    image = nib.load(scan)
    values = image.get_fdata().copy()
    values[3, 0, 1, 7], values[4, 1, 2, 9] = 1e300, -1e300
    nib.save(nib.Nifti1Image(values, image.affine), scan)
    series = volume_means(scan, atlas, SECONDS)
    values[[3, 4], [0, 1], [1, 2]] = np.nan
    others = np.nanmean(values[3:5, 0:2, 1:3], axis=(0, 1, 2))
    np.testing.assert_allclose(series.values[:, REGIONS.index("B")], others, rtol=1e-6)


def test_voxels_without_a_signal_are_not_covered(scan, atlas):
    def change(values):
        values[0:2, 0:1, 1:3] = 0

    changed(scan, change)
    np.testing.assert_allclose(volume_coverage(scan, atlas), [0.5, 1, 1, 1])


@pytest.mark.parametrize(
    ("affine", "says"),
    [
        (np.diag([3.0, 3.0, 3.0, 1.0]), "of 2 × 2 × 2 mm and atlas other .* of 3 × 3 × 3 mm"),
        (AFFINE + np.eye(4, k=3), r"which lie elsewhere \(their affines differ\)"),
    ],
)
def test_an_atlas_of_other_voxels_is_refused(scan, tmp_path, affine, says):
    other = label_image(tmp_path / "other.nii.gz", affine)
    atlas = load_label_image(other, tmp_path / "other.tsv")
    for use in (lambda: read_volume_header(scan, atlas), lambda: volume_means(scan, atlas, 2.0)):
        with pytest.raises(AtlasError, match=f"must have the same voxels; .*{says}"):
            use()


def test_a_file_that_is_cut_or_no_series_is_refused(scan, labels, atlas):
    with pytest.raises(ScanError, match="series of volumes, of four dimensions; it has shape"):
        read_volume_header(labels)
    scan.write_bytes(scan.read_bytes()[:3000])
    with pytest.raises(ScanError, match="must hold all its voxels"):
        volume_means(scan, atlas, SECONDS)
    scan.write_bytes(b"nothing")
    with pytest.raises(ScanError, match="must be a NIfTI image that can be read"):
        read_volume_header(scan)


def test_regions_come_in_the_order_of_their_numbers(labels, atlas):
    assert atlas.regions == REGIONS
    assert atlas.name == "four"
    assert sorted(np.unique(atlas.labels)) == [0, 1, 2, 3, 4]
    fewer = load_label_image(labels, labels.with_name("four.tsv"), ("C",))
    assert fewer.regions == ("A", "B", "D")
    assert (fewer.labels > 0).sum() == 24


def table(labels, **columns):
    path = labels.with_name("table.tsv")
    pd.DataFrame(columns).to_csv(path, sep="\t", index=False)
    return path


def test_hemispheres_and_networks_come_from_the_table(labels):
    path = table(
        labels,
        index=[9, 5, 3, 2],
        name=["d", "c", "b", "a"],
        hemisphere=["right", "left", "R", "lh"],
        network=["Vis", "Vis", "Default", "Default"],
    )
    regions = load_label_image(labels, path).table
    assert regions.regions == ("a", "b", "c", "d")
    assert regions.hemispheres == ("L", "R", "L", "R")
    assert (regions.groups, regions.grouping) == (("Default", "Default", "Vis", "Vis"), "network")
    names = [f"7Networks_{side}H_Vis_1" for side in "LR"] + ["7Networks_LH_Limbic_1"]
    path = table(labels, index=[2, 3, 5, 9], name=[*names, "7Networks_RH_Limbic_1"])
    assert load_label_image(labels, path).table.groups == ("Vis", "Vis", "Limbic", "Limbic")


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"index": [2, 3, 5], "name": ["a", "b", "c"]}, r"row in its table .*; 1 have none: 9"),
        (
            {"index": [2, 3, 5, 9, 11], "name": [*"abcde"]},
            r"must have a voxel; 1 have none: e\. Le",
        ),
        ({"index": [2, 3, 5, 9], "name": [*"abca"]}, "different name; more than once: a"),
        ({"index": [2, 3, 5, 5], "name": [*"abcd"]}, "number of its own .*; got '5' twice"),
        ({"index": [2, 3, 5, "x"], "name": [*"abcd"]}, "whole number .*; got 'x'"),
        ({"number": [2, 3, 5, 9], "name": [*"abcd"]}, "needs the columns 'index' and 'name'"),
    ],
)
def test_an_image_and_a_table_that_do_not_fit_are_refused(labels, columns, says):
    with pytest.raises(AtlasError, match=says):
        load_label_image(labels, table(labels, **columns))


def test_a_label_to_drop_must_be_there(labels):
    with pytest.raises(AtlasError, match="labels to drop must be in the table; Z isn't among"):
        load_label_image(labels, labels.with_name("four.tsv"), ("Z",))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.full((6, 6, 4), 0.5), r"whole numbers from 0 .* not all whole"),
        (np.full((6, 6, 4), -1.0), "whole numbers from 0 to .* got -1 to -1"),
        (np.zeros((6, 6, 4, 2)), r"three dimensions; it has shape \(6, 6, 4, 2\)"),
    ],
)
def test_an_image_that_is_no_label_image_is_refused(labels, values, says):
    nib.save(nib.Nifti1Image(values.astype(np.float32), AFFINE), labels)
    with pytest.raises(AtlasError, match=says):
        load_label_image(labels, labels.with_name("four.tsv"))


def test_an_image_without_labels_is_refused(labels):
    nib.save(nib.Nifti1Image(np.zeros((6, 6, 4), np.int16), AFFINE), labels)
    with pytest.raises(AtlasError, match="needs a label that a voxel has; all are 0"):
        load_label_image(labels, table(labels, index=[0], name=["Background"]))
