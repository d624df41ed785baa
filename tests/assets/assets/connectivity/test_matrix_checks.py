"""What must hold of matrices: what breaks a rule is named with its numbers."""

import numpy as np

from attnconn_assets.assets.connectivity.matrix_checks import check_matrices
from attnconn_core.records import Connectivity

REGIONS = ("a", "b", "c")


def matrix(values, directed: bool = False, **metrics: float) -> Connectivity:
    return Connectivity(np.asarray(values, float), REGIONS, "any", directed, metrics)


def failed(checks) -> list[str]:
    return [check.name for check in checks if not check.passed]


def test_undirected_matrices_must_be_symmetric():
    values = np.eye(3)
    assert failed(check_matrices({100: matrix(values)})) == []
    values[0, 1] = 0.5
    assert failed(check_matrices({100: matrix(values)})) == ["symmetric"]
    assert failed(check_matrices({100: matrix(values, directed=True)})) == []


def test_one_bad_matrix_among_the_lengths_is_enough():
    good, bad = matrix(np.eye(3)), matrix(np.full((3, 3), np.nan))
    checks = check_matrices({60: bad, 100: good})
    assert "finite" in failed(checks)
    assert checks[0].complaint == "every value must be finite; NaN or infinite values: 9"


def test_attention_rows_sum_to_one_or_zero():
    whole = matrix(np.eye(3), True, row_sum_error=1e-6, empty_rows=0.25)
    checks = check_matrices({100: whole})
    assert failed(checks) == []
    assert checks[-1].details["share of empty rows"] == 0.25
    off = matrix(np.eye(3), True, row_sum_error=0.01, empty_rows=0.0)
    assert failed(check_matrices({60: off, 100: whole})) == ["rows_sum_to_one_or_zero"]
