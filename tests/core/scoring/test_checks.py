import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.checks import require_array, require_finite, require_pairs


def test_what_is_no_array_is_named_by_its_kind():
    require_array("truth", np.eye(2))
    with pytest.raises(ParameterError, match=r"truth must be an array; got list$"):
        require_array("truth", [[1, 0]])


def test_values_must_be_finite_and_the_first_offender_is_named():
    values = np.zeros((3, 2, 2))
    require_finite("test", values)
    values[1, 0, 1] = np.inf
    with pytest.raises(ParameterError, match=r"test must be finite; 1 subject.* at index 1"):
        require_finite("test", values)


@pytest.mark.parametrize(
    ("test", "retest", "message"),
    [
        ((4, 3), (4, 3), "test must have shape"),
        ((4, 3, 2), (4, 3, 2), "test must have shape"),
        ((4, 1, 1), (4, 1, 1), "2 regions or more"),
        ((4, 3, 3), (4, 3, 2), "retest must have shape"),
        ((4, 3, 3), (5, 3, 3), "the same subjects and regions"),
        ((1, 3, 3), (1, 3, 3), "at least 2 subjects; got 1"),
    ],
)
def test_pairs_must_be_alike(test, retest, message):
    with pytest.raises(ParameterError, match=message):
        require_pairs(np.zeros(test), np.zeros(retest))


def test_pairs_must_be_finite():
    sound, broken = np.zeros((2, 3, 3)), np.full((2, 3, 3), np.nan)
    require_pairs(sound, sound)
    with pytest.raises(ParameterError, match="every value of retest must be finite"):
        require_pairs(sound, broken)
