import sys

import importlib_metadata  # noqa: F401  (once imported, it finds every entry point)
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import SCORES, installed_scores, scores

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
def install(tmp_path, monkeypatch):
    """Make a package's code and entry point findable, as an installer would."""

    def put(name, code):
        described = tmp_path / "strange_package-0.1.0.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: strange-package\nVersion: 0.1.0\n"
        )
        (described / "entry_points.txt").write_text(f"[attnconn.scores]\n{name} = strange:Odd\n")
        (tmp_path / "strange.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "strange", raising=False)

    return put


def test_a_score_of_another_package_stands_after_ours(install):
    install("odd", GOOD)
    scores.cache_clear()
    try:
        every = scores()
    finally:
        scores.cache_clear()
    assert list(every) == [*SCORES, "odd"]
    assert every["odd"]().label == "Odd"


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        ("behaviour", GOOD, "there is a score of this name already"),
        ("odd", "raise RuntimeError('broken')", "can't be imported: broken"),
        ("odd", "Odd = 3", r"must be a class with score\(data\); got 3"),
        ("odd", GOOD.replace("def score", "def other"), r"must be a class with score\(data\)"),
        ("odd", GOOD.replace("(frozen=True)", ""), "must be a frozen dataclass"),
        ("odd", GOOD.replace('"Odd"', "3"), "must say label, a text; got 3"),
        (
            "odd",
            GOOD.replace('"matrices"', '"scans"'),
            "must say reads, a frozenset of linear_forecasts, matrices",
        ),
        ("even", GOOD, "gives as `name`, 'odd'"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(install, name, code, complaint):
    install(name, code)
    with pytest.raises(ParameterError, match=f"score {name} of strange-package: .*{complaint}"):
        installed_scores(SCORES)


def test_without_packages_there_are_only_ours():
    assert installed_scores(SCORES) == {}
