import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import SCORES, scores
from attnconn_core.scoring.plugins import ENTRY_POINTS

GOOD = """
from dataclasses import dataclass
from typing import ClassVar
from attnconn_core.scoring import Scored

@dataclass(frozen=True)
class Odd:
    name: ClassVar[str] = "odd"
    label: ClassVar[str] = "Odd"
    description: ClassVar[str] = "Whether it is odd."
    reads: ClassVar[frozenset] = frozenset({"matrices"})

    def score(self, data): ...
"""


@pytest.fixture
def afresh():
    """Look for installed packages again, now and after the test."""
    scores.cache_clear()
    yield
    scores.cache_clear()


@pytest.mark.usefixtures("afresh")
def test_a_score_of_another_package_stands_after_ours(install):
    install("strange-package", ENTRY_POINTS, {"odd": "strange:Odd"}, GOOD)
    every = scores()
    assert list(every) == [*SCORES, "odd"]
    assert every["odd"]().label == "Odd"


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        ("odd", "raise RuntimeError('broken')", "can't be imported: broken"),
        ("odd", "Odd = 3", r"must be a class with score\(data\); got 3"),
        ("odd", GOOD.replace("def score", "def other"), r"must be a class with score\(data\)"),
        ("odd", GOOD.replace("(frozen=True)", ""), "must be a frozen dataclass"),
        ("odd", GOOD.replace('"Odd"', "3"), "must have label, a text; got 3"),
        (
            "odd",
            GOOD.replace('"matrices"', '"scans"'),
            "must have reads, a frozenset of linear_forecasts, matrices",
        ),
        ("even", GOOD, "has as `name`; got 'even' and 'odd'"),
    ],
)
@pytest.mark.usefixtures("afresh")
def test_what_cannot_be_used_is_refused_by_name(install, name, code, complaint):
    install("strange-package", ENTRY_POINTS, {name: "strange:Odd"}, code)
    assert list(scores()) == list(SCORES)
    with pytest.raises(ParameterError, match=f"score {name} of strange-package: .*{complaint}"):
        scores()[name]


@pytest.mark.usefixtures("afresh")
def test_a_name_of_ours_is_refused(install):
    install("strange-package", ENTRY_POINTS, {"behaviour": "strange:Odd"}, GOOD)
    with pytest.raises(ParameterError, match="there is a score of this name already"):
        scores()
