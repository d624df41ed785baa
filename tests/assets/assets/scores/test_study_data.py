from unittest import mock

import pytest

from attnconn_assets.assets.scores.study_data import StudyData
from attnconn_assets.building.work import Work
from attnconn_core.errors import UndeclaredError


def test_what_a_score_reads_without_declaring_it_is_named_with_the_place_to_declare_it():
    work = mock.create_autospec(Work, instance=True)
    work.asset = "sneaky"
    told = (
        "the score sneaky reads series but declares only matrices, regions: add 'series' to "
        "`reads` in its class"
    )
    with pytest.raises(UndeclaredError, match=told):
        StudyData(work, {"matrices", "regions"}).series("sub-1_ses-1")
