import nibabel as nib
import numpy as np
import pytest

from attnconn_core.errors import AtlasError, ScanError
from attnconn_core.parcellation.cifti import open_cifti


@pytest.fixture
def scan(cifti):
    values = np.arange(5 * 68, dtype=np.float32).reshape(5, 68)
    return cifti.series("scan.dtseries.nii", cifti.cortex(), values)


def test_blocks_are_the_matrix_with_grayordinates_first(scan):
    matrix = open_cifti(scan)
    assert matrix.shape == (5, 68)
    found = [(begin, end, stored.copy()) for begin, end, stored in matrix.blocks(3, 60)]
    assert (found[0][0], found[-1][1]) == (3, 60)
    expected = np.arange(5 * 68).reshape(5, 68).T[3:60]
    np.testing.assert_array_equal(np.concatenate([stored for *_, stored in found]), expected)


def test_every_cut_is_refused(scan):
    """Wherever a file ends too early, it is named and never taken for a shorter scan."""
    whole = scan.read_bytes()
    cuts = [*range(0, len(whole) - 1, 97), len(whole) - 1]
    for cut in cuts:
        scan.write_bytes(whole[:cut])
        with pytest.raises(ScanError, match=r"scan\.dtseries\.nii: (must be|a file must hold all)"):
            open_cifti(scan)
    scan.write_bytes(whole)
    open_cifti(scan)


def test_data_that_is_cut_gives_both_sizes(scan):
    whole = scan.read_bytes()
    scan.write_bytes(whole[:-4])
    with pytest.raises(
        ScanError, match=rf"{len(whole)} bytes for 5 × 68 .*it has {len(whole) - 4}"
    ):
        open_cifti(scan)


def test_data_that_is_cut_while_it_is_read(scan):
    matrix = open_cifti(scan)
    scan.write_bytes(scan.read_bytes()[:-4])
    with pytest.raises(
        ScanError, match=r"scan\.dtseries\.nii.*ends too early, among columns 1 to 68"
    ):
        list(matrix.blocks(0, 68))


def test_a_damaged_header_is_refused(scan):
    whole = scan.read_bytes()
    rng = np.random.default_rng(0)
    offset = open_cifti(scan).offset
    messages = []
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(0, offset, 20):
            damaged[place] = rng.integers(0, 256)
        scan.write_bytes(damaged)
        # A byte may not matter; what comes out is a ScanError or a series, nothing else.
        try:
            list(open_cifti(scan).blocks(0, 68))
        except ScanError as problem:
            messages.append(str(problem))
    assert len(messages) > 100
    assert all("scan.dtseries.nii: " in message for message in messages)


def test_foreign_files_are_refused(tmp_path):
    text = tmp_path / "text.dtseries.nii"
    text.write_text("time,region\n" * 200)
    with pytest.raises(ScanError, match=r"text\.dtseries\.nii: must be a CIFTI-2.*b'time,region"):
        open_cifti(text)
    volume = tmp_path / "volume.nii"
    nib.Nifti1Image(np.ones((3, 3, 3, 2), dtype=np.float32), np.eye(4)).to_filename(volume)
    with pytest.raises(ScanError, match=r"volume\.nii: must be a CIFTI-2 file, which begins as"):
        open_cifti(volume)
    nib.Nifti2Image(np.ones((3, 3, 3, 2), dtype=np.float32), np.eye(4)).to_filename(volume)
    with pytest.raises(ScanError, match=r"volume\.nii: .* has no CIFTI header"):
        open_cifti(volume)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(AtlasError, match=r"none\.nii: must be a file that can be read; No such"):
        open_cifti(tmp_path / "none.nii", AtlasError)
    with pytest.raises(ScanError, match=r"must be a file that can be read; Is a directory"):
        open_cifti(tmp_path)


def test_headers_that_contradict_each_other_are_refused(scan):
    whole = bytearray(scan.read_bytes())
    whole[16 + 8 * 5 : 16 + 8 * 6] = np.int64(4).tobytes()  # dim[5] of NIfTI-2
    scan.write_bytes(whole)
    with pytest.raises(
        ScanError, match=r"describes \(5, 68\), its NIfTI header \(1, 1, 1, 1, 4, 68\)"
    ):
        open_cifti(scan)
