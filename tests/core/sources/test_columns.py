from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources.array_files import read_array
from attnconn_core.sources.columns import require_regions


def signal(n_frames=120, n_regions=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n_frames, n_regions)).cumsum(axis=0)


@pytest.mark.parametrize(
    "name",
    [
        "Unnamed: 0",
        "Unnamed: 0.1",
        "index",
        "level_0",
        "__index_level_0__",
        "Time (s)",
        "time",
        "t",
        "TR",
        "TR_index",
        "frame",
        "frame_number",
        "volume",
        "Volumes",
        "timepoint",
        "onset",
    ],
)
def test_the_name_of_an_index_is_no_region(tmp_path, name):
    table = pd.DataFrame(signal(), columns=["a", "b", name])
    for ending in ("csv", "parquet"):
        path = tmp_path / f"a.{ending}"
        table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path)
        with pytest.raises(ScanError, match=rf"a\.{ending}: every column must be a region; '"):
            read_array(path)


@pytest.mark.parametrize(
    "names",
    [
        ("trans_x",),
        ("trans_x_derivative1_power2", "rot_z_power2"),
        ("csf", "white_matter", "global_signal"),
        ("framewise_displacement",),
        ("FD_Power",),
        ("std_dvars", "rmsd"),
        ("a_comp_cor_00", "t_comp_cor_01"),
        ("cosine00",),
        ("motion_outlier12", "non_steady_state_outlier00"),
        ("aroma_motion_03",),
    ],
)
def test_confounds_are_no_regions(tmp_path, names):
    table = pd.DataFrame(signal(n_regions=3), columns=["V1", "A1", "M1"])
    for seed, name in enumerate(names, start=1):
        table[name] = signal(n_regions=1, seed=seed)[:, 0]
    table.to_csv(tmp_path / "a.csv", index=False)
    told = rf"a\.csv: .* have names of confounds: {', '.join(names)}\. Remove them; rename"
    with pytest.raises(ScanError, match=told):
        read_array(tmp_path / "a.csv")


def test_what_an_atlas_calls_a_region_is_one(tmp_path):
    names = ["CSF", "RX", "rACC", "FD", "roll", "transverse", "R1", "trans"]
    table = pd.DataFrame(signal(n_regions=len(names)), columns=names)
    table.to_csv(tmp_path / "a.csv", index=False)
    assert read_array(tmp_path / "a.csv").regions == tuple(names)


@pytest.mark.parametrize(
    "counter",
    [
        np.arange(120),
        np.arange(120)[::-1],
        (0.735 * np.arange(120)).round(2),
        np.tile(np.arange(60), 2),
        np.sort(np.random.default_rng(0).choice(1000, 120, replace=False)),  # censored frames
    ],
)
def test_values_that_count_are_no_region_whatever_their_name(tmp_path, counter):
    values = np.column_stack([counter, signal()])
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(ScanError, match=r"a\.npy: .*column number 1 rises or falls like frame"):
        read_array(tmp_path / "a.npy")
    pd.DataFrame(values, columns=["Vis", "a", "b", "c"]).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(
        ScanError, match=r"a\.csv: .*column 'Vis' rises or falls like frame numbers"
    ):
        read_array(tmp_path / "a.csv")


def test_columns_named_after_frames_are_a_series_on_its_side(tmp_path):
    table = pd.DataFrame(signal(5, 40), columns=[f"TR_{n}" for n in range(40)])
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ScanError, match=r"columns are named after frames: TR_0, .*Transpose it"):
        read_array(tmp_path / "a.csv")


def test_ordinary_regions_pass():
    names = ["L_TE1a", "R_TGd", "Temporal_Sup_L", "7Networks_LH_Vis_1", "region-001", "T1", "Ins"]
    drifting = signal(300, 7) + np.linspace(0, 5, 300)[:, None]
    for values in (drifting, drifting.round(), drifting[:30].astype(np.int16), np.ones((50, 7))):
        require_regions(Path("a"), names, values)


@pytest.mark.parametrize(
    "content",
    ["/annex/objects/SHA256E-s12--ab.npy\n", "version https://git-lfs.github.com/spec/v1\noid x\n"],
)
def test_a_pointer_to_content_says_how_to_fetch_it(tmp_path, content):
    for ending in ("npy", "csv"):
        path = tmp_path / f"a.{ending}"
        path.write_text(content)
        with pytest.raises(ScanError, match=r"it is a pointer to content that isn't here"):
            read_array(path)


@pytest.mark.parametrize(
    "name",
    [
        *("Acq", "acquisition_time", "AcquisitionNumber", "run", "session_id", "Scan time (s)"),
        *("seconds", "elapsed_sec", "slice_no", "Subject ID", "DateTime", "block"),
    ],
)
def test_names_of_acquisitions_and_sessions_are_no_regions(name):
    with pytest.raises(ScanError, match="is the name of an index or of times"):
        require_regions(Path("a"), ["V1", name, "M1"], ())


def test_numbers_of_blocks_are_no_region():
    blocks = np.repeat([1, 2, 3, 4], 30)
    for counter in (blocks, -blocks):
        with pytest.raises(ScanError, match="column number 4 rises or falls"):
            require_regions(Path("a"), None, [*signal().T, counter])
    jump, spike = np.repeat([0.0, 1.0], 60), np.eye(1, 120)[0]
    require_regions(Path("a"), None, [*signal().T, jump, spike, np.ones(120)])
