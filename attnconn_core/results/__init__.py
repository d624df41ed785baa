"""Reading of stored results, for notebooks and scripts.

::

    files    Parquet files of the store, read into records
    results  a study's folder in the store: its assets, and their files
"""

from attnconn_core.results.files import read_matrices, read_series
from attnconn_core.results.results import Results

__all__ = ["Results", "read_matrices", "read_series"]
