import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.sources import SOURCES, Source, sources
from attnconn_core.sources.registry import ENTRY_POINTS, source_class

GOOD = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Odd:
    design: str = "test-retest"
    notice = None
    def sessions(self): ...
    def listing(self): ...
    def load(self, session): ...
    def probe(self, session): ...
    def quality(self, session): ...
    def quality_files(self, session): ...
    def region_table(self): ...
    def shared_files(self): ...
"""


@pytest.mark.parametrize("word", SOURCES)
def test_every_source_of_ours_keeps_the_rules_of_others(word):
    assert source_class(word, SOURCES[word]) is SOURCES[word]


def test_every_source_of_ours_is_a_source(tmp_path):
    needed = {
        "hcp_sample": {"cache": tmp_path},
        "hcp": {"root": tmp_path, "atlas": tmp_path / "atlas.dlabel.nii"},
        "arrays": {"root": tmp_path},
        "simulated": {},
    }
    assert needed.keys() <= SOURCES.keys()
    assert all(isinstance(SOURCES[word](**fields), Source) for word, fields in needed.items())


@pytest.fixture
def afresh():
    """Look for installed packages again, now and after the test."""
    sources.cache_clear()
    yield
    sources.cache_clear()


@pytest.mark.usefixtures("afresh")
def test_a_package_brings_a_source(install):
    install("strange-package", ENTRY_POINTS, {"odd": "strange:Odd"}, GOOD)
    every = sources()
    assert list(every) == [*SOURCES, "odd"]
    assert isinstance(every["odd"](), Source)


@pytest.mark.parametrize(
    ("word", "code", "complaint"),
    [
        ("odd", "raise RuntimeError('broken')", "can't be imported: broken"),
        ("odd", "Odd = 3", "must be a dataclass; got 3"),
        ("odd", GOOD.replace("@dataclass(frozen=True)", ""), "must be a dataclass; got <class"),
        ("odd", GOOD.replace("def load", "def read"), "must have .*; its class lacks load"),
        ("odd", GOOD.replace("notice = None", ""), "its class lacks notice"),
        (
            "odd",
            f"{GOOD}    fetches = True",
            r"have the method fetch\(\), .*; got None",
        ),
        ("odd", f"{GOOD}    brings_phenotypes = True", r"must have the method phenotypes\(\)"),
    ],
)
@pytest.mark.usefixtures("afresh")
def test_a_source_that_cannot_be_used_is_refused_by_name(install, word, code, complaint):
    install("strange-package", ENTRY_POINTS, {word: "strange:Odd"}, code)
    assert list(sources()) == list(SOURCES)
    with pytest.raises(ParameterError, match=f"source {word} of strange-package: .*{complaint}"):
        sources()[word]


@pytest.mark.usefixtures("afresh")
def test_a_name_of_ours_is_refused(install):
    install("strange-package", ENTRY_POINTS, {"hcp": "strange:Odd"}, GOOD)
    with pytest.raises(ParameterError, match="there is a source of this name already"):
        sources()
