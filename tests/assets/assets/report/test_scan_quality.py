import numpy as np
import pandas as pd

from attnconn_assets.assets.report.scan_quality import quality_table


def sessions(n, **columns):
    keys = [f"sub-{number:04}_ses-1" for number in range(n)]
    return pd.DataFrame({"session": keys, "left out": "", **columns})


def test_measures_that_are_known_have_a_column():
    table = quality_table(sessions(2, frames=[100.0, np.nan], mean_level=1.0, motion_mean=np.nan))
    assert [column["title"] for column in table["columns"]] == ["frames"]
    assert [row["session"] for row in table["rows"]] == ["sub-0000_ses-1", "sub-0001_ses-1"]
    assert table["rows"][0]["values"] == [100.0]
    assert (table["sessions"], table["shown"]) == (2, 2)
    assert quality_table(sessions(0)) == {}


def test_of_many_sessions_those_that_moved_most_are_shown():
    table = quality_table(sessions(1116, motion_mean=np.arange(1116) / 1000))
    assert (table["sessions"], table["shown"], len(table["rows"])) == (1116, 200, 200)
    assert table["rows"][0]["session"] == "sub-0916_ses-1"
    table = quality_table(sessions(300, frames=np.arange(300.0)))
    assert table["rows"][-1]["session"] == "sub-0199_ses-1"
