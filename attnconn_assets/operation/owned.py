"""What a study's jobs, schedules and sensors say of whose they are."""

import warnings
from typing import Any

import dagster as dg

from attnconn_assets.study.study import Study, study_tags

__all__ = ["owned"]

# Dagster says so of every job that has owners, whenever it takes one in hand.
warnings.filterwarnings("ignore", "Parameter `owners` of", dg.BetaWarning)


def owned(study: Study) -> dict[str, Any]:
    """Return the owners and tags of what belongs to a study."""
    owners = {"owners": list(study.owners)} if study.owners else {}
    return {**owners, "tags": study_tags(study)}
