"""Which study and experiment files are meant where none is named. Imports nothing heavy."""

import os
from pathlib import Path

__all__ = ["DEFAULT_EXPERIMENT", "DEFAULT_STUDY", "selected_study"]

_PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_STUDY = _PROJECT / "studies" / "hcp_sample.yaml"
DEFAULT_EXPERIMENT = _PROJECT / "experiments" / "attnconn.yaml"


def selected_study() -> Path:
    """The study file that the environment variable ATTNCONN_STUDY names, else the sample's."""
    return Path(os.environ.get("ATTNCONN_STUDY") or DEFAULT_STUDY).resolve()
