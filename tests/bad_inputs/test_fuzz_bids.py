"""Datasets of fMRIPrep and XCP-D in which one file is spoiled at random, or oddly named.

Such a session is read, as its headers and tables say and without a value that is no number, or
refused with the name of a file; nothing else may happen.
"""

import dataclasses
import gzip
import json
import os
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnconn_core.errors import AttnconnError
from attnconn_core.sources import BidsDerivatives, Confounds, Scrub
from tests.bad_inputs.fuzzing import VALUES, fuzzed, spoiled, tables
from tests.bids_dataset import REGIONS, FmriPrep, XcpD, label_image, surface_atlas

FRAMES = 60
FEW = Confounds(strategy=("motion", "wm_csf"), motion="basic")


@pytest.fixture
def dense(tmp_path):
    """fMRIPrep's dense series, cleaned and scrubbed."""
    dataset = FmriPrep(tmp_path / "fmriprep")
    dataset.session("01", "1", n_frames=FRAMES, moved=(20,), unsteady=1)
    atlas = surface_atlas(tmp_path / "four.dlabel.nii")
    return BidsDerivatives(dataset.root, atlas, confounds=FEW, scrub=Scrub())


@pytest.fixture
def volumes(tmp_path):
    """fMRIPrep's volumes, cleaned, with a label image and its table."""
    dataset = FmriPrep(tmp_path / "fmriprep")
    dataset.session("01", "1", n_frames=FRAMES)
    dataset.volume("01", "1", n_frames=FRAMES)
    return BidsDerivatives(dataset.root, label_image(tmp_path / "four.nii.gz"), confounds=FEW)


@pytest.fixture
def parcels(tmp_path):
    """XCP-D's parcellated series, in tables."""
    dataset = XcpD(tmp_path / "xcp_d")
    path, _ = dataset.parcels("01", "1", n_frames=FRAMES, censored=(20, 21))
    path.unlink()
    return BidsDerivatives(dataset.root, repetition_time=2.0)


def read_or_refused(source: BidsDerivatives, *may_be_named: str):
    """Return a session's series, or None where an error names one of the files."""
    source = dataclasses.replace(source)  # nothing is remembered of the file before
    try:
        (session,) = source.sessions()
        shape, series = source.shape(session), source.load(session)
        quality = source.quality(session)
        files = (*source.series_files(session), *source.quality_files(session))
    except AttnconnError as problem:
        said = str(problem)
    else:
        _require_sound(shape, series, quality, files)
        return series
    assert any(name in said for name in may_be_named), said
    return None


def _require_sound(shape, series, quality, files):
    assert tuple(len(run) for run in series.runs) == shape.runs
    assert all(np.isfinite(run).all() for run in series.runs)
    assert np.isfinite([*quality.values()]).all()
    assert all(path.is_file() for path in files)


def check_each(source: BidsDerivatives, pattern: str, content: Callable, *also_named: str):
    """Write content that is drawn into the file of a pattern; read the source each time."""
    (path,) = source.root.rglob(pattern)
    original = path.read_bytes()
    scan = source.sessions()[0].files[0].name

    @fuzzed
    @given(st.data())
    def check(data):
        path.write_bytes(data.draw(content(original)))
        read_or_refused(source, path.name, scan, "sub-01_ses-1", *also_named)

    check()
    path.write_bytes(original)
    assert read_or_refused(source).regions == REGIONS


@pytest.mark.parametrize("head", [1500, None], ids=["header", "anywhere"])
def test_spoiled_confounds(dense, head):
    check_each(dense, "*confounds*.tsv", lambda table: spoiled(table, head))


def test_confounds_of_random_cells(dense):
    header = "framewise_displacement\ttrans_x\tcsf\tnon_steady_state_outlier00"
    check_each(dense, "*confounds*.tsv", lambda _: tables(header))


def test_confounds_with_some_odd_cells(dense):
    cells = st.sampled_from(["n/a", "", "inf", "-1", "1e400", "nan", "x", "0", "12,5", "True"])

    @st.composite
    def replaced(draw, table):
        rows = [line.split("\t") for line in table.decode().splitlines()]
        for _ in range(draw(st.integers(1, 3))):
            row = draw(st.sampled_from(rows))
            row[draw(st.integers(0, len(row) - 1))] = draw(cells)
        return "\n".join("\t".join(row) for row in rows).encode()

    check_each(dense, "*confounds*.tsv", replaced)


@pytest.mark.parametrize("pattern", ["*_bold.json", "*confounds*.json"])
def test_spoiled_sidecars(dense, pattern):
    check_each(dense, pattern, spoiled)


def test_sidecars_of_random_values(dense):
    keys = st.sampled_from(["RepetitionTime", "SamplingFrequency", "TR", "TaskName"])
    values = st.dictionaries(keys, st.one_of(VALUES, st.just(2.0), st.just(0.5)), max_size=3)
    written = values.map(lambda content: json.dumps(content).encode(errors="replace"))
    check_each(dense, "*_bold.json", lambda _: written)


@pytest.mark.parametrize("head", [540, None], ids=["header", "anywhere"])
def test_spoiled_dense_series(dense, head):
    check_each(dense, "*_bold.dtseries.nii", lambda scan: spoiled(scan, head), "four")


@pytest.mark.parametrize("head", [360, None], ids=["header", "anywhere"])
def test_spoiled_volumes(volumes, head):
    def content(scan):
        inside = spoiled(gzip.decompress(scan), head).map(lambda made: gzip.compress(made, 1))
        return st.one_of(spoiled(scan), inside)

    check_each(volumes, "*_bold.nii.gz", content, "four")


@pytest.mark.parametrize("name", ["four.nii.gz", "four.tsv"])
def test_spoiled_label_images(volumes, tmp_path, name):
    path = tmp_path / name
    original = path.read_bytes()

    @fuzzed
    @given(spoiled(original))
    def check(content):
        path.write_bytes(content)
        read_or_refused(volumes, "four")

    check()


@pytest.mark.parametrize(
    "pattern", ["*_timeseries.tsv", "*_outliers.tsv", "*_motion.tsv", "*coverage_bold.tsv"]
)
def test_spoiled_tables_of_xcpd(parcels, pattern):
    check_each(parcels, pattern, spoiled)


def test_censored_frames_of_random_cells(parcels):
    check_each(parcels, "*_outliers.tsv", lambda _: tables("framewise_displacement"))


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), max_size=6)


@st.composite
def names(draw: st.DrawFn, name: str) -> str:
    """A name in which parts were changed, left out, doubled or put in."""
    parts = name.split("_")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(parts) - 1))
        match draw(st.sampled_from(["change", "leave out", "double", "put in", "value"])):
            case "change":
                parts[at] = draw(WORDS)
            case "leave out" if len(parts) > 1:
                del parts[at]
            case "double":
                parts.insert(at, parts[at])
            case "put in":
                parts.insert(at, draw(st.sampled_from(["run-1", "desc-", "-x", "ses-2", "é-1"])))
            case "value":
                parts[at] = parts[at].partition("-")[0] + "-" + draw(WORDS)
    return "_".join(parts)


@pytest.mark.parametrize("pattern", ["*_bold.dtseries.nii", "*confounds*.tsv"])
def test_odd_names(dense, pattern):
    (path,) = dense.root.rglob(pattern)

    @fuzzed
    @given(names(path.name))
    def check(name):
        odd = path.with_name(name)
        if name in ("", ".", "..") or len(os.fsencode(name)) > 200 or odd.exists():
            return
        path.rename(odd)
        try:
            read_or_refused(dense, name, path.name, "sub-", str(dense.root))
        finally:
            odd.rename(path)

    check()
    assert read_or_refused(dense).regions == REGIONS
