"""What is wrong in the code of another package is found by the check, or told with its place."""

import re

import pytest

from attnconn_assets.operation.check.check import check
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import methods
from attnconn_core.errors import StudyError
from attnconn_core.scoring import scores

ODD = """
from dataclasses import dataclass
from typing import ClassVar

@dataclass(frozen=True)
class Odd:
    method: ClassVar[str] = "odd"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    folder: str = "{folder}"

    def __post_init__(self):
        if self.folder == "missing":
            raise RuntimeError("no folder missing")

    def estimate(self, series):
        return {returned}
"""
SNEAKY = """
import pandas as pd

@dataclass(frozen=True)
class Sneaky:
    name: ClassVar[str] = "sneaky"
    label: ClassVar[str] = "Sneaky"
    description: ClassVar[str] = "Returns a table."
    reads: ClassVar[frozenset] = frozenset({{"matrices"}})
    depth: int = 1

    def __post_init__(self):
        if self.depth > 1:
            raise RuntimeError("too deep")

    def score(self, data):
        return pd.DataFrame({{"method": ["pearson"]}})
"""
FEW = {"n_subjects": 4, "n_regions": 4, "n_frames": 60, "scan_lengths": []}


@pytest.fixture
def package(install):
    """Install a package with a method and a score."""

    def put(folder: str = "there", returned: str = "series.values") -> None:
        code = (ODD + SNEAKY).format(folder=folder, returned=returned)
        install("strange-method", "attnconn.estimators", {"odd": "strange:Odd"}, code)
        install("strange-score", "attnconn.scores", {"sneaky": "strange:Sneaky"})
        for every in (methods, scores):
            every.cache_clear()

    yield put
    for every in (methods, scores):
        every.cache_clear()


def test_a_class_that_cannot_be_made_is_found_by_the_check(package, write_study):
    package(folder="missing")
    found = check(load_study(write_study(**FEW, methods=["pearson", "odd"])))
    assert (
        "method odd: its class strange.Odd must be made from its settings alone; RuntimeError: no "
        "folder missing"
    ) in found.errors
    assert "odd" in found.blocked


def test_a_score_that_cannot_be_made_is_found_as_the_study_is_read(package, write_study):
    package()
    with pytest.raises(StudyError, match=r"strange\.Sneaky can't be made .* RuntimeError: too dee"):
        load_study(write_study(**FEW, scores=[{"sneaky": {"depth": 2}}]))


def test_what_a_package_returns_is_checked(package, write_study, run_line, instance):
    package()
    study = load_study(write_study(**FEW, methods=["pearson", "odd"], scores=["sneaky"]))
    told = "\n".join(run_line(study, instance)[0].failures())
    assert "must return a Connectivity; got ndarray (method odd, class strange.Odd)" in told
    assert "must return a Scored; got DataFrame (score sneaky, class strange.Sneaky)" in told


def test_an_error_of_a_package_is_told_with_its_line(package, write_study, run_line, instance):
    package(returned="1 / 0")
    study = load_study(write_study(**FEW, methods=["pearson", "odd"]))
    told = "\n".join(run_line(study, instance)[0].failures())
    line = ODD.splitlines().index("        return {returned}") + 1
    assert re.search(
        rf"odd of .* failed: ZeroDivisionError: division by zero \(raised in estimate, "
        rf"\S*strange\.py:{line}; the run's page in Dagster has the traceback\)",
        told,
    )
