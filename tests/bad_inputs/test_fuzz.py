"""Files spoiled at random: read as they were written, or refused with their name."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from attnconn_assets.study.study import load_study
from attnconn_core.errors import AttnconnError
from attnconn_core.parcellation import load_atlas, parcellate, read_region_table
from attnconn_core.parcellation.cifti import BLOCK_BYTES
from attnconn_core.sources import check_phenotypes, read_known_truth, read_phenotypes
from attnconn_core.sources.array_files import read_array
from attnconn_core.sources.motion import read_relative_rms
from attnconn_core.sources.subjects import read_subjects
from tests.bad_inputs.fuzzing import VALUES, fuzzed, read_or_refused, spoiled, tables
from tests.bad_inputs.inputs import (
    EXPERIMENT,
    REGIONS,
    STUDY,
    dlabel,
    dtseries,
    ptseries,
    put,
    series,
    table,
)

_BLOCKS = 3 * BLOCK_BYTES


@cache
def whole(kind: str) -> bytes:
    """A whole file's content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"whole.{kind}"
        match kind:
            case "npy":
                put(path, series())
            case "csv" | "tsv" | "parquet":
                put(path, table())
            case "ptseries.nii":
                ptseries(path)
            case "dtseries.nii":
                dtseries(path)
            case "dlabel.nii":
                dlabel(path)
            case "npz":
                np.savez(path, ts=np.ones((2, 30, 3)), net=np.zeros((2, 3, 3)))
        return path.read_bytes()


@pytest.mark.parametrize("kind", ["npy", "csv", "tsv", "parquet", "ptseries.nii"])
def test_spoiled_series(kind, tmp_path):
    path = tmp_path / f"sub-01.{kind}"
    heads = {"npy": 128, "ptseries.nii": 4000, "csv": 40, "tsv": 40}

    @fuzzed
    @given(st.data())
    def check(data):
        original = whole(kind)
        head = data.draw(st.sampled_from([heads.get(kind), None]))
        content = data.draw(spoiled(original, head))
        path.write_bytes(content)
        found = read_or_refused(path, read_array)
        if found is None:
            return
        rows, columns = found.values.shape
        if kind in ("csv", "tsv"):  # a line or a cell more is another table
            assert rows <= content.count(b"\n") + content.count(b"\r") + 1
        elif kind == "npy":  # 60 × 4 and 4 × 60 are both what the header may say
            assert rows * columns * 8 <= len(original)
        else:
            assert (rows, columns) == (60, len(REGIONS))
        assert found.regions is None or len(found.regions) == columns

    check()


@pytest.mark.parametrize("kind", ["dtseries.nii", "dlabel.nii"])
def test_spoiled_cifti(kind, tmp_path):
    path = tmp_path / f"a.{kind}"
    atlas = load_atlas(dlabel(tmp_path / "two.dlabel.nii"))
    # The NIfTI header, and the XML behind it.
    length = len(whole(kind)) - (4800 if kind == "dtseries.nii" else 80)

    @fuzzed
    @given(st.data())
    def check(data):
        head = data.draw(st.sampled_from([540, length, None]))
        path.write_bytes(data.draw(spoiled(whole(kind), head)))
        if kind == "dlabel.nii":
            read_or_refused(path, load_atlas)
            return
        found = read_or_refused(path, lambda scan: parcellate(scan, atlas))
        assert found is None or found.n_frames == 60

    check()


def _phenotypes(path: Path) -> object:
    read = read_phenotypes(path, "Subject")
    return check_phenotypes(read, [], "Subject", {}, str(path))


@pytest.mark.parametrize(
    ("header", "name", "read"),
    [
        ("a,b", "a.csv", read_array),
        ("Subject,Group", "subjects.csv", lambda path: read_subjects(path, "Subject", "Group")),
        ("Subject,IQ", "people.csv", _phenotypes),
        ("name,hemisphere", "regions.csv", read_region_table),
        ("V1", "regions.txt", read_region_table),
        ("0.1", "Movement_RelativeRMS.txt", read_relative_rms),
    ],
)
def test_random_tables(header, name, read, tmp_path):
    path = tmp_path / name

    @fuzzed
    @given(tables(header))
    def check(content):
        path.write_bytes(content)
        read_or_refused(path, read)

    check()


def test_spoiled_known_truth(tmp_path):
    path = tmp_path / "sim.npz"

    @fuzzed
    @given(spoiled(whole("npz")))
    def check(content):
        path.write_bytes(content)
        read_or_refused(path, lambda file: read_known_truth(file, "sim", 3.0))

    check()


@pytest.fixture
def study(tmp_path):
    (tmp_path / "scans").mkdir()
    put(tmp_path / "tiny.yaml", EXPERIMENT)
    return tmp_path / "study.yaml"


def test_spoiled_studies(study):
    @fuzzed
    @given(spoiled(yaml.safe_dump(STUDY).encode()))
    def check(content):
        study.write_bytes(content)
        _load_or_refused(study)

    check()


def test_studies_of_random_values(study):
    keys = st.sampled_from([*STUDY, "granger", "behaviour", "fingerprint", "methods", "exclude"])

    @fuzzed
    @given(keys, VALUES)
    def check(key, value):
        put(study, {**STUDY, key: value})
        _load_or_refused(study)

    check()


@pytest.mark.parametrize("text", ["&a [*a]", "!!{}", "{{{}: {}}}", "!!int {}", "!!timestamp {}"])
def test_studies_of_random_yaml(study, text):
    @fuzzed
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
    def check(word):
        put(study, f"name: {text.replace('{}', word)}\n")
        _load_or_refused(study)

    check()


def _load_or_refused(study: Path) -> None:
    try:
        load_study(study)
    except AttnconnError as problem:
        said = str(problem)
    else:
        return
    # The study's file, or what it names for an experiment.
    assert study.name in said or str(study.parent) in said or "yaml: can't be read" in said, said


@pytest.mark.parametrize("kind", ["npy", "csv", "tsv", "parquet", "ptseries.nii"])
def test_a_series_takes_no_more_memory_than_twice_its_file(kind, tmp_path):
    path = tmp_path / f"sub-01.{kind}"
    regions = 400 if kind in ("npy", "ptseries.nii") else 100  # text takes time
    values = series(4000, regions).astype(np.float32)
    if kind == "ptseries.nii":
        ptseries(path, [f"r{number}" for number in range(400)], values=values)
    elif kind == "npy":
        put(path, values)
    else:
        names = [f"r{number}" for number in range(regions)]
        put(path, pd.DataFrame(values, columns=names).round(3))
    buffers = _BLOCKS if kind == "ptseries.nii" else 2**20
    assert read_or_refused(path, read_array, buffers) is not None
