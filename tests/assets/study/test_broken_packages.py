"""What is broken in another package stops only the studies that name it."""

import pytest

from attnconn_assets.operation.check.check import check
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import methods
from attnconn_core.errors import StudyError
from attnconn_core.figures.registry import figures
from attnconn_core.scoring import scores
from attnconn_core.sources import sources

EVERY = (methods, sources, scores, figures)


@pytest.fixture(autouse=True)
def broken(install):
    """Install a package whose module can't be imported, once for each group."""
    for group in ("estimators", "sources", "scores", "figures"):
        install(f"strange-{group}", f"attnconn.{group}", {"odd": "strange:Odd"}, "1 / 0")
    for every in EVERY:
        every.cache_clear()
    yield
    for every in EVERY:
        every.cache_clear()


def test_other_studies_are_checked_with_a_warning(write_study):
    found = check(load_study(write_study()))
    assert not found.errors
    assert [line.partition(":")[0] for line in found.warnings if "odd" in line] == [
        "method odd of strange-estimators",
        "source odd of strange-sources",
        "score odd of strange-scores",
        "figure odd of strange-figures",
    ]


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ({"methods": ["pearson", "odd"]}, "methods: method odd of strange-estimators"),
        ({"scores": ["odd"]}, "scores: score odd of strange-scores"),
        ({"source": "odd"}, "source odd of strange-sources"),
    ],
)
def test_a_study_that_names_it_is_refused_with_the_cause(write_study, keys, where):
    with pytest.raises(StudyError, match=f"{where}: can't be imported: division by zero"):
        load_study(write_study(**keys))
