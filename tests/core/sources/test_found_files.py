from pathlib import Path

import pytest

from attnconn_core.sources.found_files import found_in_words


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            ["s01_b.csv", "s01_a.csv", "s02_a.csv", "notes.mat"],
            "3 .csv files, none named sub-<id>…, such as s01_a.csv: rename it to sub-01_ses-1.csv",
        ),
        (
            ["subj1_run2.csv"],
            "1 .csv file, none named sub-<id>…, such as subj1_run2.csv: rename it to "
            "sub-1_ses-1_run-2.csv",
        ),
        (
            ["p7_day3.MAT", "p8_day3.mat"],
            "2 .mat files, which aren't read, such as p7_day3.MAT: write it as sub-7_ses-3.csv or "
            ".npy",
        ),
        (["participants.tsv", "README.txt", "notes.txt", ".a1.csv", "photo1.jpg"], ""),
    ],
)
def test_files_that_may_be_series_are_counted_with_an_example_of_a_name(names, told):
    assert found_in_words([Path(name) for name in names]) == told
