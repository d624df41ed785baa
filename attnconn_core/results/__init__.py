"""What the platform has stored, read back: for notebooks and scripts.

::

    files    Parquet files of the store, read into records
    results  a study's folder in the store: what is there, and each file of it
"""

from attnconn_core.results.files import read_matrices, read_series
from attnconn_core.results.results import Results

__all__ = ["Results", "read_matrices", "read_series"]
