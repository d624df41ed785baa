"""Candidate penalties of ridge regression."""

import numpy as np

__all__ = ["PENALTIES"]

# In units of the mean of the kernel's diagonal.
PENALTIES: tuple[float, ...] = tuple(float(penalty) for penalty in np.logspace(-2, 4, 13))
