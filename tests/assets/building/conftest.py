"""What a run's partitions share, without Dagster."""

from types import SimpleNamespace

import pytest

from attnconn_assets.assets.catalogue import resources
from attnconn_assets.building.platform import Platform


@pytest.fixture
def platform(tiny_study) -> Platform:
    """The platform of the tiny study, whose log nobody reads."""
    log = SimpleNamespace(info=lambda _message: None)
    return Platform(tiny_study, **resources(tiny_study), log=log, dagster_run="dagster-1")
