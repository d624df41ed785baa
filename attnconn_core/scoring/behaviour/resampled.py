"""Comparison of methods on the same folds: a t test corrected for overlapping training sets."""

import numpy as np
from jaxtyping import Float
from scipy.stats import t as student_t

from attnconn_core.checks import require_number

__all__ = ["corrected_resampled_t"]


def corrected_resampled_t(
    differences: Float[np.ndarray, " split"], test_to_train: float
) -> tuple[float, float, int]:
    """Test whether the mean difference of two methods over splits is 0.

    Parameters
    ----------
    differences
        Differences between the methods' scores, one per fold and repeat; NaN is left out.
    test_to_train
        Number of tested over number of training subjects in each split: 1/9 with ten folds.

    Returns
    -------
    t, p, df
        p is two-sided; t and p are NaN with fewer than 2 differences. Differences that
        are all 0 give t 0 and p 1.

    Raises
    ------
    ParameterError
        If the ratio is not positive.

    References
    ----------
    Nadeau & Bengio 2003, Machine Learning 52: 239–281:
    t = mean / sqrt((1/J + n_test/n_train) s²), J splits, s² with J − 1; repeated folds
    after Bouckaert & Frank 2004.
    """
    require_number("test_to_train", test_to_train, above=True)
    known = differences[np.isfinite(differences)]
    df = len(known) - 1
    if df < 1:
        return float("nan"), float("nan"), max(df, 0)
    mean = float(known.mean())
    spread = float(np.sqrt((1 / len(known) + test_to_train) * known.var(ddof=1)))
    if spread == 0:
        return (0.0, 1.0, df) if mean == 0 else (float(np.copysign(np.inf, mean)), 0.0, df)
    t = mean / spread
    return t, float(2 * student_t.sf(abs(t), df)), df
