"""Direct queries of MLflow's database file.

MLflow's own functions read all metrics and parameters of each run, which takes minutes for
thousands of runs.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

__all__ = ["rows"]


def rows(database: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query of MLflow's database file, which is opened for reading only."""
    address = f"{database.as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=60)) as connection:
        return connection.execute(query, values).fetchall()
