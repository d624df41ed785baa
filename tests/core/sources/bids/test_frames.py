import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources.bids.confounds import ScanConfounds
from attnconn_core.sources.bids.frames import censored_frames, kept_frames


def flags(n_frames: int, *where: int) -> np.ndarray:
    return np.isin(np.arange(n_frames), where)


def scan_confounds(n_frames: int, unsteady=(), scrubbed=()) -> ScanConfounds:
    out, moved = flags(n_frames, *unsteady), flags(n_frames, *scrubbed)
    return ScanConfounds(np.zeros((n_frames, 0)), out, moved, ~out & ~moved)


def test_a_frame_that_moved_ends_a_run_and_begins_another():
    frames = kept_frames(scan_confounds(30, (0, 1), (10, 20, 21)), 5)
    assert frames.segments == ((2, 10), (11, 20), (22, 30))
    assert (frames.unsteady, frames.scrubbed, frames.short) == (2, 3, 0)
    values = np.arange(30)[:, None]
    assert [run[:, 0].tolist() for run in frames.cut(values)] == [
        [*range(2, 10)],
        [*range(11, 20)],
        [*range(22, 30)],
    ]


def test_segments_that_are_too_short_are_left_out_wherever_they_lie():
    confounds = scan_confounds(30, (0,), (4, 10, 27))
    frames = kept_frames(confounds, 6)  # 1 to 3, 5 to 9, 28 and 29 are too short
    assert frames.segments == ((11, 27),)
    assert (frames.unsteady, frames.scrubbed, frames.short) == (1, 3, 3 + 5 + 2)
    assert frames.mask(30).sum() == frames.n_frames == 16


def outliers(tmp_path, n_frames, *censored):
    path = tmp_path / "sub-01_task-rest_outliers.tsv"
    content = {"framewise_displacement": flags(n_frames, *censored).astype(int)}
    pd.DataFrame(content).to_csv(path, sep="\t", index=False)
    return path


@pytest.mark.parametrize(
    ("n_frames", "segments"),
    [(16, ((0, 5), (5, 11), (13, 16))), (20, ((0, 5), (6, 12), (17, 20)))],
    ids=["joined", "interpolated"],
)
def test_runs_of_xcpd_end_where_it_left_frames_out(tmp_path, n_frames, segments):
    # 5, 12, 13 and 16 are censored; 14 and 15, between two of them, are too short.
    table = outliers(tmp_path, 20, 5, 12, 13, 16)
    frames = censored_frames(table, n_frames, table, 3)
    assert frames.segments == segments
    assert (frames.scrubbed, frames.short) == (4, 2)


def test_a_table_that_fits_neither_way_is_refused(tmp_path):
    table = outliers(tmp_path, 20, 5)
    with pytest.raises(
        ScanError, match=r"must have the 19 frames that .* keeps, or all 20; it has 18"
    ):
        censored_frames(table, 18, table, 1)
    table.write_text("framewise_displacement\n0\n2\n")
    with pytest.raises(ScanError, match=r"with 0 or 1 for every frame"):
        censored_frames(table, 2, table, 1)
