"""Hidden files, temporary files and copies beside scans: said, and nobody's session is lost."""

import numpy as np
import pytest

from attnconn_core.errors import IdentifierError, StrayError
from attnconn_core.sources import ArrayFolder, HcpTree
from attnconn_core.sources.stray_files import is_hidden, original_of

SCAN = "sub-03_ses-test.csv"
COPIES = [
    "sub-03_ses-test (1).csv",
    "sub-03_ses-test(2).csv",
    "sub-03_ses-test copy.csv",
    "sub-03_ses-test copy 2.csv",
    "sub-03_ses-test 2.csv",
    "sub-03_ses-test (copy).csv",
    "sub-03_ses-test (another copy).csv",
    "sub-03_ses-test (3rd copy).csv",
    "sub-03_ses-test - Copy.csv",
    "sub-03_ses-test - Copy (2).csv",
    "sub-03_ses-test - Kopie.csv",
    "sub-03_ses-test - Co\u0301pia.csv",
    "sub-03_ses-test — копия.csv",
    "sub-03_ses-test (Ann's conflicted copy 2024-01-31).csv",
    "sub-03_ses-test.sync-conflict-20240131-120000-ABC2DEF.csv",
    "sub-03_ses-test copy (1).csv",
]
MAYBE = ["sub-03_ses-test-Copy1.csv", "sub-03_ses-test_copy.csv", "sub-03_ses-test-checkpoint.csv"]
HIDDEN = ["._" + SCAN, ".~lock." + SCAN + "#", "~$" + SCAN, "." + SCAN + ".Xa3b"]


@pytest.fixture
def folder(tmp_path):
    for subject in ("01", "02", "03"):
        write(tmp_path / f"sub-{subject}_ses-test.csv")
    return tmp_path


def write(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x,y\n" + "\n".join(f"{np.sin(n)},{np.cos(3 * n)}" for n in range(20)))
    return path


def listing(folder):
    return ArrayFolder(folder, 1.0).listing()


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_known_by_its_name(name):
    assert original_of(name) == SCAN


@pytest.mark.parametrize(
    "name", [SCAN, "sub-03_ses-test-2.csv", "sub-03_ses-test_run-1.csv", *MAYBE]
)
def test_what_may_be_an_identifier_is_no_copy_by_its_name(name):
    assert original_of(name) is None


@pytest.mark.parametrize(
    "name", [*COPIES, *MAYBE, "sub-03_ses-test.mat", "sub-03_ses-test (1).CSV"]
)
def test_a_copy_beside_its_original_costs_nobody(folder, name):
    write(folder / name)
    found = listing(folder)
    assert [each.subject for each in found.sessions] == ["01", "02", "03"]
    assert isinstance(found.refused[name], StrayError)
    assert "elete" in str(found.refused[name])
    assert found.missing == {}


@pytest.mark.parametrize("name", [name for name in COPIES if "sync" not in name])
def test_a_copy_without_its_original_is_a_scan_that_is_lost(folder, name):
    (folder / SCAN).rename(folder / name)
    found = listing(folder)
    assert [each.subject for each in found.sessions] == ["01", "02"]
    assert isinstance(found.refused[name], IdentifierError)
    assert f"a copy of {SCAN}, which doesn't exist. Rename it to that" in found.missing[name]


@pytest.mark.parametrize("name", MAYBE[:1])
def test_what_may_be_an_identifier_is_one_where_no_original_is(folder, name):
    (folder / SCAN).rename(folder / name)
    assert [each.session for each in listing(folder).sessions] == ["test", "test", "test-Copy1"]


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_and_temporary_files_are_ignored(folder, name):
    write(folder / name)
    assert is_hidden(name)
    assert (len(listing(folder).sessions), listing(folder).refused) == (3, {})


def test_hidden_folders_and_copies_of_folders_are_not_searched(tmp_path):
    for place in ("", ".AppleDouble", "@eaDir", "ses-test copy", "ses-test/.ipynb_checkpoints"):
        write(tmp_path / "sub-03" / (place or "ses-test") / SCAN)
    write(tmp_path / "sub-03 (1)" / "ses-test" / SCAN)
    found = listing(tmp_path)
    assert [each.files for each in found.sessions] == [(tmp_path / "sub-03/ses-test" / SCAN,)]
    assert sorted(found.refused) == ["sub-03 (1)", "sub-03/ses-test copy"]
    assert found.missing == {}


def test_copies_in_a_tree_of_hcp_cost_nobody(tree, atlas_path):
    for folder in ("100307", "100307 copy", ".100307"):
        tree.scan(folder, "rfMRI_REST1_LR")
    real = tree.scan("100308", "rfMRI_REST1_LR")
    copy = tree.scan("100308", "rfMRI_REST1_LR", name=real.name.replace("_clean", "_clean (1)"))
    hidden = tree.scan("100308", "rfMRI_REST1_LR", name=".fuse_" + real.name)
    assert hidden.is_file()
    copy = copy.rename(copy.with_name(real.name.replace(".dtseries", " copy.dtseries")))
    found = HcpTree(tree.root, atlas_path, file_pattern="*clean*.dtseries.nii").listing()
    assert [each.subject for each in found.sessions] == ["100307", "100308"]
    assert found.sessions[1].files == (real,)
    assert sorted(found.refused) == ["100307 copy", copy.name]
    assert found.missing == {}
