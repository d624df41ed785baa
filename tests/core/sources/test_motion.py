"""Head motion as it lies beside a scan."""

import numpy as np
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources.motion import read_relative_rms


def test_a_number_a_frame(tmp_path):
    path = tmp_path / "Movement_RelativeRMS.txt"
    path.write_text("0.000000\n0.112000\n 5.3e-02\n")
    np.testing.assert_array_equal(read_relative_rms(path), [0, 0.112, 0.053])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "got 0 numbers"),
        ("0.1\n-0.2\n", "from -0.2 to 0.1"),
        ("0.1\nnan\n", "0 mm or more"),
        ("0.1 mm\n", "must hold one number per frame"),
    ],
)
def test_anything_else_is_refused(tmp_path, content, complaint):
    path = tmp_path / "Movement_RelativeRMS.txt"
    path.write_text(content)
    with pytest.raises(ScanError, match=complaint):
        read_relative_rms(path)


def test_no_file_is_named(tmp_path):
    with pytest.raises(ScanError, match=r"none\.txt: must hold"):
        read_relative_rms(tmp_path / "none.txt")
