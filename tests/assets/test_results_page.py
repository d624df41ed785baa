"""Every example of ``docs/results.md`` runs as it stands there, on a study of four subjects."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from attnconn_core.errors import StoreError
from attnconn_core.results import Results

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "results.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
# The names of the demo → those of the study in the tests.
HERE = {
    "hcp_sample": "tiny",
    "sub-101309_ses-test": "sub-001_ses-test",
    '"attnconn"': '"base"',
    "attention_group_attnconn": "attention_group_base",
}

# Words in what an example prints, in the order of the page.
PRINTED = (
    ("region-1", "region-3"),
    ("1 (120, 5)",),
    ("accuracy_lower", "granger", "scores.parquet"),
    ("'granger'", "(5, 5) True", "(120, 5)", "regions.parquet", "dagster_run"),
    ("(5, 5)\n0.0\n",),
    ("tiny granger", "metrics.i_diff"),
    ("(1, 5, 1)",),
    ("source", "target", "weight"),
)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(whole_line, tmp_path: Path, number: int):
    code = EXAMPLES[number]
    for there, here in HERE.items():
        code = code.replace(there, here)
    script = tmp_path / "example.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=whole_line.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for word in PRINTED[number]:
        assert word in done.stdout, done.stdout


def test_the_page_names_keys_of_the_manifest(whole_line):
    results = Results(whole_line.study.store_folder)
    manifest = results.manifest("granger", "sub-001_ses-test")
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.M)
    assert set(listed) == manifest.keys() - {"asset", "partition"}


def test_the_page_names_files_that_are_stored(whole_line):
    results = Results(whole_line.study.store_folder)
    rows = (
        ("time_series", "series.parquet"),
        ("pearson", "matrix.parquet"),
        ("behaviour", "scores.parquet"),
        ("subject_forecaster", "model.safetensors"),
        ("regions", "regions.parquet"),
    )
    for asset, name in rows:
        assert f"`{asset}`" in PAGE
        assert f"`{name}`" in PAGE
        assert results.path(asset, name, results.partitions(asset)[0]).is_file()


def test_a_matrix_is_of_the_whole_scan_unless_frames_are_given(whole_line):
    results = Results(whole_line.study.store_folder)
    session = "sub-001_ses-test"
    whole, short = (results.matrix("pearson", session, frames) for frames in (None, 60))
    assert (whole.values == results.matrix("pearson", session, 120).values).all()
    assert (whole.values != short.values).any()
    with pytest.raises(StoreError, match="one of 60, 120 frames; got 7"):
        results.matrix("pearson", session, 7)


def test_a_session_has_one_forecaster_which_needs_no_name(whole_line):
    results = Results(whole_line.study.store_folder)
    assert results.forecaster("subject_forecaster", "sub-001_ses-test").regions == 5
