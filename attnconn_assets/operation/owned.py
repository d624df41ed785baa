"""Owners and tags of a study's jobs, schedules and sensors."""

import warnings
from typing import Any

import dagster as dg

from attnconn_assets.study.study import Study, study_tags

__all__ = ["owned"]

# Dagster warns so whenever it loads a job that has owners.
warnings.filterwarnings("ignore", "Parameter `owners` of", dg.BetaWarning)


def owned(study: Study) -> dict[str, Any]:
    """Return the owners and tags for a job, schedule or sensor of a study."""
    owners = {"owners": list(study.owners)} if study.owners else {}
    return {**owners, "tags": study_tags(study)}
