import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources.array_files import read_array

FRAMES, REGIONS = 200, 12


def frames(seed=0, *, scale=3.0, level=100.0, n=FRAMES, regions=REGIONS):
    """Slow signals with much in common, as scans have them."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, regions)) + rng.normal(size=(n, 1))
    smooth = np.apply_along_axis(lambda each: np.convolve(each, np.ones(4) / 4, "same"), 0, noise)
    return smooth * scale + level


def summarised(values, statistics):
    told = pd.DataFrame(values, columns=[f"R{number:02}" for number in range(values.shape[1])])
    return told, told.describe().loc[statistics] if statistics else told.describe()


def write(table, path):
    if path.suffix == ".npy":
        np.save(path, table.to_numpy())
    elif path.suffix == ".parquet":
        table.reset_index(drop=True).to_parquet(path)
    else:
        table.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "npy"])
@pytest.mark.parametrize(
    ("statistic", "name"),
    [
        ("mean", "means"),
        ("std", "standard deviations"),
        ("min", "minima"),
        ("max", "maxima"),
        ("50%", "medians"),
        ("25%", "first quartiles"),
        ("75%", "third quartiles"),
        ("count", "numbers"),
    ],
)
def test_a_row_that_sums_up_the_others_is_no_frame(statistic, name, ending, tmp_path):
    table, summary = summarised(frames(), [statistic])
    path = write(pd.concat([table, summary]), tmp_path / f"a.{ending}")
    says = rf"a\.{ending}: every row must be a frame; row 201 holds the {name} of the 200 above"
    with pytest.raises(ScanError, match=says):
        read_array(path)
    path = write(pd.concat([summary, table]), tmp_path / f"b.{ending}")
    says = rf"b\.{ending}: .* row 1 holds the {name} of the 200 below"
    with pytest.raises(ScanError, match=says):
        read_array(path)


@pytest.mark.parametrize("decimals", [1, 2, 4, 12])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_whatever_was_rounded(decimals, kind, tmp_path):
    table, summary = summarised(frames().astype(kind), [])
    whole = pd.concat([table, summary])
    for number, each in enumerate(
        (pd.concat([table, summary.round(decimals)]), whole.round(decimals), whole)
    ):
        with pytest.raises(ScanError, match="row 201 holds the numbers of the 200 above"):
            read_array(write(each, tmp_path / f"{number}.csv"))
    without = pd.concat([table, summary.loc[["mean", "max"]]]).round(decimals)
    with pytest.raises(ScanError, match="row 201 holds the means of the 200 above"):
        read_array(write(without, tmp_path / "without.csv"))


def test_a_summary_behind_a_row_that_is_neither(tmp_path):
    table, summary = summarised(frames(), ["mean"])
    other = pd.DataFrame(np.full((1, REGIONS), np.nan), columns=table.columns)
    with pytest.raises(ScanError, match="row 202 holds the means of the 201 above"):
        read_array(write(pd.concat([table, other, summary]), tmp_path / "a.csv"))


def test_deviations_divided_by_n_and_missing_values(tmp_path):
    values = frames()
    np.save(tmp_path / "a.npy", np.vstack([values, values.std(axis=0)]))
    with pytest.raises(ScanError, match=r"row 201 holds the standard deviations \(divided by n\)"):
        read_array(tmp_path / "a.npy")
    values[3, 2] = np.nan
    np.save(tmp_path / "a.npy", np.vstack([values, np.nanmean(values, axis=0)]))
    with pytest.raises(ScanError, match="row 201 holds the means"):
        read_array(tmp_path / "a.npy")


@pytest.mark.parametrize("seed", range(9))
@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_frames_are_frames(seed, decimals, tmp_path):
    """Also those of few levels, few frames, z-scored, with one frame of zeros, or a ramp."""
    n, regions = (12, 60, 200)[seed % 3], (3, 12)[seed % 2]
    values = frames(seed, n=n, regions=regions).round(decimals)
    ramp = values + np.linspace(0, 50, n)[:, None]
    standard = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9)
    empty = np.vstack([standard, np.zeros(regions)])
    clipped = np.clip(standard, -0.5, 0.5)
    noise = np.random.default_rng(seed).normal(scale=1e-3, size=ramp.shape)
    for each in (values, ramp + noise, standard, empty, clipped):
        np.save(tmp_path / "a.npy", each)
        read_array(tmp_path / "a.npy")


@pytest.mark.parametrize("ending", ["csv", "npy"])
def test_frames_filled_with_each_region_s_mean_are_no_summaries(ending, tmp_path):
    values = frames(7).round(4)
    censored = [*range(20, 25), 90, 91, FRAMES - 2, FRAMES - 1]
    values[censored] = np.delete(values, censored, axis=0).mean(axis=0).round(4)
    table = pd.DataFrame(values, columns=[f"R{number:02}" for number in range(REGIONS)])
    path = write(table, tmp_path / f"sub-01_ses-test.{ending}")
    with pytest.raises(
        ScanError,
        match=r"9 of 200 frames hold the same values, the .* of each region: 20–24, 90–91",
    ):
        read_array(path)
