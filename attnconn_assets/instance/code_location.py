"""Names the code location in Dagster runs of this process, so that Dagster's pages show them.

Dagster's timeline, and the link from a run to its job, need the code location of a run. Runs that
`attnconn run` makes in its own process would have none: the timeline would be empty after them.
"""

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

__all__ = ["LOCATION", "origin_of"]

LOCATION = "attnconn"
"""The name of the code location in Dagster's workspace."""


def origin_of(job: dg.JobDefinition) -> RemoteJobOrigin:
    """Return where Dagster's pages find a job of the code location."""
    location = RegisteredCodeLocationOrigin(LOCATION)
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME), job.name)
