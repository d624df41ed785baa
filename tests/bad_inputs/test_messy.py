"""Datasets as laboratories have them: read rightly, refused, or said to be suspicious."""

import numpy as np
import pandas as pd
import pytest

from attnconn_assets.assets.inputs.series_checks import check_series
from attnconn_core.errors import AttnconnError
from attnconn_core.figures import Album
from attnconn_core.scoring import Behaviour
from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.sources import ArrayFolder, check_phenotypes, read_phenotypes
from attnconn_core.timeseries import series_quality, signatures, suspicions
from tests.bad_inputs.inputs import put, series, table

SCAN = "sub-01_ses-test"
FRAMES = 120


def values(seed: int = 0) -> np.ndarray:
    return series(FRAMES, 4, seed)


def load(folder, **keys):
    """The only session of a folder."""
    source = ArrayFolder(folder, **{"repetition_time": 0.72, **keys})
    (session,) = source.sessions()
    return source.load(session)


@pytest.mark.parametrize(
    "stored",
    [
        values().astype(">f8"),
        values().astype(">f4"),
        np.asfortranarray(values()),
        values()[::-1][::-1],
        (values() * 100).astype(">i2"),
        values().astype(np.longdouble),
    ],
    ids=["big-endian", "big-endian float32", "Fortran", "a view", "int16", "long double"],
)
def test_every_layout_of_numbers_is_the_same_series(stored, tmp_path):
    put(tmp_path / f"{SCAN}.npy", stored)
    np.testing.assert_array_equal(load(tmp_path).values, stored.astype(np.float32))


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("tail", ["", "\n\n\n", " \n"])
def test_ends_of_lines_and_blank_lines_change_nothing(end, tail, tmp_path):
    text = table(values()).to_csv(index=False)
    put(tmp_path / f"{SCAN}.csv", (text + tail).replace("\n", end).encode("utf-8-sig"))
    np.testing.assert_array_equal(load(tmp_path).values, values().astype(np.float32))


def test_what_macos_leaves_is_no_scan(tmp_path):
    put(tmp_path / f"{SCAN}.npy", values())
    for name in (".DS_Store", f"._{SCAN}.npy", "._.DS_Store"):
        put(tmp_path / name, b"\x00\x05\x16\x07Mac OS X")
    assert load(tmp_path).n_frames == FRAMES


def test_rows_of_nothing_at_the_end_are_not_frames(tmp_path):
    put(tmp_path / f"{SCAN}.csv", table(values()).to_csv(index=False) + ",,,\n,,,\n")
    checks = {check.name: check for check in check_series(load(tmp_path), 0.1)}
    assert not checks["finite"].passed


def test_a_copy_of_a_region_is_named(tmp_path):
    spoiled = table(values()).assign(PFC=lambda each: each["A1"])
    put(tmp_path / f"{SCAN}.parquet", spoiled)
    checks = {check.name: check for check in check_series(load(tmp_path), 0.1)}
    assert not checks["no_copied_region"].passed
    assert checks["no_copied_region"].details["copied"] == "PFC (as A1)"
    assert not any(c.passed is False for c in checks.values() if c.name != "no_copied_region")


@pytest.mark.parametrize("kind", [np.int8, np.float16])
def test_values_that_were_rounded_are_said(kind, tmp_path):
    standard = (values() - 100) / values().std(axis=0)
    level = 0 if kind is np.int8 else 20000
    put(tmp_path / f"{SCAN}.npy", (standard + level).astype(kind))
    assert any("its values are coarse" in each for each in suspicions(load(tmp_path)))
    assert not any("coarse" in each for each in suspicions(load_other(tmp_path)))


def test_values_too_far_from_zero_for_single_precision_are_said(tmp_path):
    standard = (values() - 100) / values().std(axis=0)
    put(tmp_path / f"{SCAN}.npy", standard + 1.6e7)
    told = [each for each in suspicions(load(tmp_path)) if "coarse" in each]
    assert len(told) == 1
    assert "around 1.6e+07, single precision" in told[0]
    assert "subtract each region's mean" in told[0]


def load_other(folder):
    (folder / "other").mkdir()
    put(folder / "other" / f"{SCAN}.npy", (values() * 100).astype(np.int16))
    return load(folder / "other")


@pytest.mark.parametrize(
    "change",
    [
        lambda each: each[["A1", "V1", "M1", "PFC"]],
        lambda each: each[["V1", "A1", "M1"]],
        lambda each: each.rename(columns={"V1": "v1"}),
        lambda each: each.assign(FEF=each["V1"] * 2 + 1),
    ],
    ids=["another order", "fewer", "another name", "more"],
)
def test_sessions_must_have_the_same_regions(change, tmp_path):
    put(tmp_path / f"{SCAN}.csv", table(values()))
    put(tmp_path / "sub-02_ses-test.csv", change(table(values(1))))
    source = ArrayFolder(tmp_path, repetition_time=0.72)
    first, second = source.sessions()
    assert source.load(first).regions == ("V1", "A1", "M1", "PFC")
    with pytest.raises(AttnconnError, match=r"sub-02_ses-test\.csv: every series must"):
        source.load(second)


def test_decimal_commas_in_some_files_cost_those_files(tmp_path):
    put(tmp_path / f"{SCAN}.csv", table(values()))
    text = table(values(1)).to_csv(index=False, sep=";", decimal=",")
    put(tmp_path / "sub-02_ses-test.csv", text)
    source = ArrayFolder(tmp_path, repetition_time=0.72)
    first, second = source.sessions()
    assert source.load(first).n_frames == FRAMES
    with pytest.raises(AttnconnError, match=r"sub-02_ses-test\.csv: .* separated by semicolons"):
        source.load(second)


def test_families_stay_together_however_a_table_is_sorted():
    families = np.array([f"family-{number % 7}" for number in range(30)])
    for seed in range(10):
        fold = assign_folds(30, 3, seed, families)
        assert all(len(set(fold[families == family])) == 1 for family in set(families))
    assert Behaviour(family_column="Family_ID").family_column == "Family_ID"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("01,101\n02,-999\n03,99\n", "as a code for a missing value"),
        ("01,101\n02,9999\n03,99\n", "as a code for a missing value"),
        ('01,101\n02,"1.234,5"\n03,99\n', "must hold numbers"),
        ("01,95%\n02,90%\n", "must hold numbers"),
        ("01,12\n02,<5\n", "must hold numbers"),
        ("01,Jan-12\n02,7\n", "must hold numbers"),
    ],
)
def test_cells_that_are_no_measurements(rows, says, tmp_path):
    path = put(tmp_path / "people.csv", "Subject,IQ\n" + rows)
    with pytest.raises(AttnconnError, match=says):
        check_phenotypes(read_phenotypes(path, "Subject"), ["IQ"], "Subject", {}, str(path))


def test_a_code_that_is_a_value_may_be_said_to_be_one(tmp_path):
    path = put(tmp_path / "people.csv", "Subject,IQ\n01,101\n02,-999\n03,99\n")
    coding = {"IQ": {"-999": -999.0}}
    found = check_phenotypes(read_phenotypes(path, "Subject"), ["IQ"], "Subject", coding, "it")
    assert found["IQ"].tolist() == [101, -999, 99]
    depth = pd.DataFrame({"Subject": ["01", "02", "03", "04"], "z": [-9.0, -8.5, -11.0, 2.0]})
    assert len(check_phenotypes(depth, ["z"], "Subject", {}, "it")) == 4


def test_frames_of_nothing_are_named_and_not_every_region(tmp_path):
    spoiled = values().copy()
    spoiled[100:] = np.nan
    spoiled[5, 2] = np.nan
    put(tmp_path / f"{SCAN}.npy", spoiled)
    checks = {check.name: check for check in check_series(load(tmp_path), 0.1)}
    told = checks["finite"].details["with NaN or infinite values"]
    assert told == "all regions in frames 100–119, region-003"


def test_infinite_values_of_half_precision_leak_no_warning(tmp_path):
    with np.errstate(over="ignore"):
        put(tmp_path / f"{SCAN}.npy", (values() * 650).astype(np.float16))
    read = load(tmp_path)
    checks = {check.name: check for check in check_series(read, 0.1)}
    assert not checks["finite"].passed
    for measure in (suspicions, series_quality, signatures, Album(None, None).carpet):
        measure(read)


@pytest.mark.parametrize("name", ["vol", "time_ms", "Time (s)", "V1"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_a_header_is_held_against_the_rules_before_anything_is_read(name, ending, tmp_path):
    bad = table(values()).assign(**{name: 1.0}) if name != "V1" else table(values())
    if name == "V1":
        bad.columns = ["V1", "A1", "M1", "V1"] if ending != "parquet" else ["V1", "A1", "M1", ""]
    put(tmp_path / f"{SCAN}.{ending}", bad)
    source = ArrayFolder(tmp_path, repetition_time=0.72)
    (session,) = source.sessions()
    with pytest.raises(AttnconnError, match=rf"{SCAN}\.{ending}: every column must"):
        source.shape(session)


def test_an_index_of_pandas_is_no_column_of_the_header(tmp_path):
    put(tmp_path / f"{SCAN}.parquet", table(values()).rename_axis("time").set_axis(range(5, 125)))
    source = ArrayFolder(tmp_path, repetition_time=0.72)
    (session,) = source.sessions()
    assert source.shape(session).regions == source.load(session).n_regions == 4
