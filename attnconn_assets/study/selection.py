"""The default study and experiment files. Has no slow imports."""

import os
from pathlib import Path

from attnconn_assets.study.shipped import named_file, shipped
from attnconn_core.errors import StudyError

__all__ = ["DEFAULT_EXPERIMENT", "default_study", "selected_study", "study_file"]

DEFAULT_EXPERIMENT = shipped("experiments/attnconn.yaml")

_DEFAULT_STUDY = "hcp_sample"


def default_study() -> str:
    """Return the name or path of the default study.

    It is the value of the environment variable ATTNCONN_STUDY, or else the sample study.
    """
    return os.environ.get("ATTNCONN_STUDY") or _DEFAULT_STUDY


def selected_study() -> Path:
    """Return the file of `default_study`.

    Raises
    ------
    StudyError
        As `study_file` does.
    """
    return study_file(default_study())


def study_file(given: str) -> Path:
    """Return the study file for a path, or for the name of a shipped study.

    Raises
    ------
    StudyError
        If a word without a path is neither a shipped study nor a file in the current folder.
    """
    try:
        return named_file("studies", given, Path.cwd()).resolve()
    except StudyError as error:
        raise StudyError(f"a study {error}; got {given!r}") from error
