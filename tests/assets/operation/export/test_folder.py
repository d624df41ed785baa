"""The folder of an export."""

import json

import pytest

from attnconn_assets.operation.export.folder import LIST, ExportFolder
from attnconn_core.errors import InputError


def put(path, study="mine", **files):
    with ExportFolder(path, study) as folder:
        for name, text in files.items():
            folder.write(name, text.encode())
    return folder


def names(path):
    return {str(each.relative_to(path)) for each in path.rglob("*") if each.is_file()}


def test_a_new_folder_is_made_and_its_files_are_listed(tmp_path):
    with ExportFolder(tmp_path / "a" / "b", "mine") as folder:
        folder.write("sub-1/func/x.tsv", b"abc")
    assert names(folder.path) == {LIST, "sub-1/func/x.tsv"}
    heading, line = map(json.loads, (folder.path / LIST).read_text().splitlines())
    assert heading["study"] == "mine"
    assert line["file"] == "sub-1/func/x.tsv"
    assert line["sha256"].startswith("ba7816bf")
    assert folder.written == {"sub-1/func/x.tsv": 3}


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match=r"holds thesis\.tex; an export goes into a new or empty"):
        ExportFolder(tmp_path, "mine")
    with pytest.raises(InputError, match=r"thesis\.tex: is a file"):
        ExportFolder(tmp_path / "thesis.tex", "mine")
    assert names(tmp_path) == {"thesis.tex"}


def test_an_export_of_another_study_is_refused(tmp_path):
    put(tmp_path, "other", a="1")
    with pytest.raises(InputError, match="holds an export of other, not mine"):
        ExportFolder(tmp_path, "mine")


def test_folders_of_the_platform_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"lies in .*store, which holds attnconn's own files"):
        ExportFolder(tmp_path / "store" / "x" / "out", "mine", (tmp_path / "store",))
    ExportFolder(tmp_path / "storehouse", "mine", (tmp_path / "store",))


def test_files_of_an_earlier_export_go_unless_they_were_changed(tmp_path):
    put(tmp_path, **{"sub-1/a": "1", "sub-2/b": "2", "sub-2/c": "3"})
    (tmp_path / "sub-2" / "c").write_text("annotated")
    (tmp_path / "notes.txt").write_text("my own")
    again = put(tmp_path, **{"sub-2/d": "4"})
    assert names(tmp_path) == {LIST, "sub-2/c", "sub-2/d", "notes.txt"}
    assert (again.removed, again.changed) == (["sub-1/a", "sub-2/b"], ["sub-2/c"])
    assert not (tmp_path / "sub-1").exists()
    assert again.overwritten == []
    (tmp_path / "sub-2" / "d").write_text("annotated")
    assert put(tmp_path, **{"sub-2/d": "4"}).overwritten == ["sub-2/d"]
    assert (tmp_path / "sub-2" / "d").read_text() == "4"
    (tmp_path / "sub-2" / "c").write_text("3")
    put(tmp_path, **{"sub-2/d": "4"})
    assert names(tmp_path) == {LIST, "sub-2/d", "notes.txt"}


def test_after_an_interruption_both_exports_are_known(tmp_path):
    put(tmp_path, old="1")
    folder = ExportFolder(tmp_path, "mine").__enter__()
    folder.write("half", b"2")
    folder.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert names(tmp_path) == {LIST, "old", "half"}
    with (tmp_path / LIST).open("a") as file:
        file.write('{"file": "cut')  # as a full disk leaves it
    put(tmp_path, new="3")
    assert names(tmp_path) == {LIST, "new"}


def test_a_list_cannot_lead_out_of_the_folder(tmp_path):
    (tmp_path / "precious").write_text("x")
    put(tmp_path / "out", a="1")
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of x
    with (tmp_path / "out" / LIST).open("a") as file:
        file.write(json.dumps({"file": "../precious", "sha256": sha256}) + "\n")
    put(tmp_path / "out", b="1")
    assert (tmp_path / "precious").exists()
