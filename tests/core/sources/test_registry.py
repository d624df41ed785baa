import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.sources import SOURCES, Source, installed_sources, sources
from attnconn_core.sources.registry import ENTRY_POINTS, check_source

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
    check_source(word, SOURCES[word])


def test_every_source_of_ours_is_a_source(tmp_path):
    needed = {
        "hcp_sample": {"cache": tmp_path},
        "hcp": {"root": tmp_path, "atlas": tmp_path / "atlas.dlabel.nii"},
        "arrays": {"root": tmp_path},
        "bids": {"root": tmp_path},
        "simulated": {},
    }
    assert needed.keys() <= SOURCES.keys()
    assert all(isinstance(SOURCES[word](**fields), Source) for word, fields in needed.items())


def test_a_package_brings_a_source(install):
    install("strange-package", ENTRY_POINTS, {"odd": "strange:Odd"}, GOOD)
    sources.cache_clear()
    try:
        every = sources()
    finally:
        sources.cache_clear()
    assert list(every) == [*SOURCES, "odd"]
    assert isinstance(every["odd"](), Source)


@pytest.mark.parametrize(
    ("word", "code", "complaint"),
    [
        ("hcp", GOOD, "there is a source of this name already"),
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
def test_a_source_that_cannot_be_used_is_refused_by_name(install, word, code, complaint):
    install("strange-package", ENTRY_POINTS, {word: "strange:Odd"}, code)
    with pytest.raises(ParameterError, match=f"source {word} of strange-package: .*{complaint}"):
        installed_sources(SOURCES)


def test_without_packages_there_are_only_ours():
    assert installed_sources(SOURCES) == {}
