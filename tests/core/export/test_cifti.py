import subprocess

import nibabel as nib
import numpy as np
import pytest

from attnconn_core.errors import AtlasError
from attnconn_core.export import dlabel, pconn, ptseries
from attnconn_core.export.cifti import atlas_files, cifti_files
from attnconn_core.parcellation import load_atlas, read_ptseries
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.parcellation.colours import read_colours
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import TimeSeries
from tests.core.export.conftest import LEFT, REGIONS, RIGHT, written


@pytest.fixture(autouse=True)
def quietly():
    with nib.imageglobals.LoggingOutputSuppressor():
        yield


@pytest.fixture
def paths(tmp_path, session, study):
    return written(tmp_path, [*cifti_files(session), *atlas_files(study)])


def information(wb_command, path, *more):
    return subprocess.run(
        [wb_command, "-file-information", path, *more], capture_output=True, text=True, check=True
    ).stdout


def test_each_run_is_a_file_that_we_read_back(paths, series):
    name = "sub-01_ses-test_task-rest_run-{}_seg-five_stat-mean_timeseries.ptseries.nii"
    for number, run in enumerate(series.runs, start=1):
        read = read_ptseries(paths[name.format(number)])
        assert (read.regions, read.repetition_time) == (REGIONS, 0.72)
        np.testing.assert_array_equal(read.values, run)


def test_a_session_of_one_run_has_no_number(tmp_path, session, series):
    one = TimeSeries(series.runs[:1], 0.72, REGIONS)
    names = [name for name, _ in cifti_files(type(session)(**{**vars(session), "series": one}))]
    assert names[0] == "sub-01_ses-test_task-rest_seg-five_stat-mean_timeseries.ptseries.nii"


def test_parcels_have_the_atlas_s_names_and_vertices(paths, atlas):
    image = nib.load(paths["sub-01_ses-test_task-rest_seg-five_stat-granger_relmat.pconn.nii"])
    for axis in (image.header.get_axis(0), image.header.get_axis(1)):
        assert tuple(axis.name) == REGIONS
        assert axis.nvertices == {LEFT: 32, RIGHT: 32}
        np.testing.assert_array_equal(axis.vertices[1][LEFT], np.arange(16, 32))
        np.testing.assert_array_equal(axis.vertices[2][RIGHT], np.arange(6, 18))


def test_rows_are_targets_with_nibabel_and_columns_are_targets_in_workbench(
    paths, session, wb_command, tmp_path
):
    path = paths["sub-01_ses-test_task-rest_seg-five_stat-granger_relmat.pconn.nii"]
    values = session.matrices[1].connectivity.values
    assert values[1, 0] > 5 * values[0, 1]  # the second region follows the first
    np.testing.assert_allclose(nib.load(path).get_fdata(), values, rtol=1e-6, atol=1e-9)
    text = tmp_path / "matrix.txt"
    subprocess.run([wb_command, "-cifti-convert", "-to-text", path, text], check=True)
    np.testing.assert_allclose(np.loadtxt(text).T, values, rtol=1e-4, atol=1e-6)


def test_workbench_reads_them(paths, wb_command):
    matrix = next(path for name, path in paths.items() if "granger" in name)
    told = information(wb_command, matrix)
    assert "CIFTI - Parcel\n" in told
    assert "V1 & <V2>" in told
    series = next(path for name, path in paths.items() if "run-1" in name)
    told = information(wb_command, series)
    assert "CIFTI - Parcel Series" in told
    assert "0.720" in told
    assert information(wb_command, series, "-only-number-of-maps").strip() == "60"


def test_a_matrix_carries_its_warning(paths, wb_command):
    matrix = next(path for name, path in paths.items() if "granger" in name)
    notes = nib.load(matrix).header.matrix.metadata
    assert dict(notes)["warning"] == "don't interpret it"
    told = information(wb_command, matrix, "-only-metadata")
    assert "don't interpret it" in told
    assert "sub-01_ses-test" in told


def test_workbench_parcellates_with_the_atlas_to_the_same_parcels(
    paths, wb_command, tmp_path, parcellation
):
    labels = paths["seg-five_dseg.dlabel.nii"]
    told = information(wb_command, labels)
    assert [line.split()[0] for line in told.splitlines() if "0.200   1.000   1.000" in line] == [
        *"1234"
    ]
    brain = sum(
        [nib.cifti2.BrainModelAxis.from_surface(range(32), 32, name) for name in (LEFT, RIGHT)][1:],
        nib.cifti2.BrainModelAxis.from_surface(range(32), 32, LEFT),
    )
    dense, parcels = tmp_path / "a.dscalar.nii", tmp_path / "a.pscalar.nii"
    axes = (nib.cifti2.ScalarAxis(["a"]), brain)
    nib.Cifti2Image(np.ones((1, 64), np.float32), axes).to_filename(dense)
    command = [wb_command, "-cifti-parcellate", dense, labels, "COLUMN", parcels]
    subprocess.run(command, check=True, capture_output=True)
    axis = nib.load(parcels).header.get_axis(1)
    assert tuple(axis.name) == parcellation.regions.regions


def test_the_atlas_keeps_names_and_colours_of_the_regions(paths, parcellation):
    path = paths["seg-five_dseg.dlabel.nii"]
    assert load_atlas(path).regions == REGIONS
    read = read_colours(path)
    for name in REGIONS:
        assert read[name] == pytest.approx(parcellation.colours[name])


def test_equal_records_give_equal_bytes(session, study):
    assert [*cifti_files(session)] == [*cifti_files(session)]
    assert [*atlas_files(study)] == [*atlas_files(study)]


def test_a_study_without_an_atlas_is_refused(without_atlas):
    with pytest.raises(AtlasError, match=r"dlabel\.nii.*4 regions of five are known by name only"):
        list(cifti_files(without_atlas))


def test_regions_that_the_atlas_lacks_are_named(session, series):
    other = Atlas("other", {LEFT: np.array([0])}, RegionTable.ungrouped(["d"]))
    with pytest.raises(AtlasError, match=r"atlas other; these aren't: 7Networks_LH_Vis_1, .*V2>$"):
        ptseries(series, other)
    with pytest.raises(AtlasError, match="atlas other"):
        pconn(session.matrices[0].connectivity, other)


def test_a_region_without_a_colour_is_refused(atlas):
    with pytest.raises(AtlasError, match="needs a colour; 7Networks_LH_Vis_1 has none"):
        dlabel(atlas, {})
