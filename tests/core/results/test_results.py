"""A study's folder in the store, read without the platform."""

import hashlib
import json
from pathlib import Path

import pytest

from attnconn_core.errors import StoreError
from attnconn_core.results import Results


def store(folder: Path, asset: str, partition: str, name: str, content: bytes) -> Path:
    """Lay a file and its manifest out as the store does."""
    (folder / asset).mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256(content).hexdigest()
    file = folder / asset / f"{partition}.{sha256[:12]}.{name}"
    file.write_bytes(content)
    files = {name: {"name": file.name, "sha256": sha256, "size": len(content)}}
    manifest = {"asset": asset, "partition": partition, "files": files}
    (folder / asset / f"{partition}.json").write_text(json.dumps(manifest))
    return file


@pytest.fixture
def results(tmp_path: Path) -> Results:
    store(tmp_path, "quality", "sub-1_ses-a", "quality.json", b"{}")
    store(tmp_path, "quality", "sub-2_ses-a", "quality.json", b"{ }")
    store(tmp_path, "report", "all", "report.html", b"<p>")
    (tmp_path / "study.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    return Results(tmp_path)


def test_lists_what_is_stored_and_no_file_as_a_partition(results):
    assert results.assets() == ["quality", "report"]
    assert results.partitions("quality") == ["sub-1_ses-a", "sub-2_ses-a"]
    assert results.path("report", "report.html").read_bytes() == b"<p>"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("granger", "matrix.parquet"), "got 'granger'; stored assets: quality, report"),
        (("quality", "quality.json"), "for 'all'; it is stored for sub-1_ses-a, sub-2_ses-a"),
        (("report", "page.html"), "must have a file 'page.html'; it has report.html"),
        (("../report", "report.html"), "got '../report'"),
        (("report", "report.html", "../all"), "got '../all'"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(results, asked, told):
    with pytest.raises(StoreError) as raised:
        results.path(*asked)
    assert told in str(raised.value)


def test_a_changed_file_is_refused(results):
    file = next((results.folder / "report").glob("*.html"))
    file.write_bytes(b"<q>")
    with pytest.raises(StoreError, match="another SHA-256"):
        results.path("report", "report.html")
    file.unlink()
    with pytest.raises(StoreError, match="`attnconn run` makes it again"):
        results.path("report", "report.html")


def test_a_manifest_of_another_session_is_refused(results):
    folder = results.folder / "quality"
    (folder / "sub-2_ses-a.json").write_bytes((folder / "sub-1_ses-a.json").read_bytes())
    with pytest.raises(
        StoreError, match=r"of quality/sub-2_ses-a; it is that of quality/sub-1_ses"
    ):
        results.path("quality", "quality.json", "sub-2_ses-a")


def test_a_manifest_leads_to_no_other_folder(results):
    path = results.folder / "report" / "all.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["report.html"]["name"] = "../study.json"
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=r"got '\.\./study\.json'"):
        results.path("report", "report.html")
    path.write_text("{")
    with pytest.raises(StoreError, match="the manifest can't be read"):
        results.manifest("report")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StoreError, match="`attnconn run` makes it"):
        Results(tmp_path / "nowhere")


def test_one_of_several_forecasters_must_be_named(tmp_path):
    store(tmp_path, "group_forecaster", "base", "fold-1.safetensors", b"")
    path = tmp_path / "group_forecaster" / "base.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["fold-2.safetensors"] = {}
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=r"there are fold-1\.safetensors, fold-2\.safetensors"):
        Results(tmp_path).forecaster("group_forecaster", "base")
