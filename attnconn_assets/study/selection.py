"""Which study file is meant where none is named. Imports nothing heavy."""

import os
from pathlib import Path

__all__ = ["DEFAULT_STUDY", "selected_study"]

DEFAULT_STUDY = Path(__file__).resolve().parents[2] / "studies" / "hcp_sample.yaml"


def selected_study() -> Path:
    """The study file that the environment variable ATTNCONN_STUDY names, else the sample's."""
    return Path(os.environ.get("ATTNCONN_STUDY") or DEFAULT_STUDY).resolve()
