from dataclasses import dataclass
from typing import ClassVar

import pytest

from attnconn_assets.__main__ import _run
from attnconn_assets.study.sources import study_model
from attnconn_assets.study.study import Study
from attnconn_core.errors import SampleError
from attnconn_core.sources import Simulated


@dataclass(frozen=True)
class Remote(Simulated):
    """A cohort that must be fetched, and can't be."""

    fetches: ClassVar[bool] = True

    def fetch(self):
        raise SampleError("the server doesn't answer")


def test_a_run_begins_by_fetching_what_the_source_fetches(capsys):
    keys = {"name": "far", "title": "Far away", "source": "remote", "experiments": ["none.yaml"]}
    with pytest.raises(SampleError, match="the server doesn't answer"):
        _run(study_model(Study, "remote", Remote).model_validate(keys))
    assert capsys.readouterr().out.startswith("Study far: Far away\nSimulated data")
