import pytest

from attnconn_core.connectivity import METHODS
from attnconn_core.references import bibtex, reference_keys
from attnconn_core.sources.abilities import citation_of
from attnconn_core.sources.registry import SOURCES


@pytest.mark.parametrize("method", METHODS)
def test_every_citation_of_a_method_has_an_entry(method):
    for key in reference_keys(METHODS[method].citation):
        assert bibtex([key]).startswith("@"), (
            f"attnconn_core/references.bib must have an entry {key}: {method} cites it"
        )


@pytest.mark.parametrize("source", SOURCES)
def test_every_citation_of_a_source_has_an_entry(source):
    for key in reference_keys(citation_of(SOURCES[source])):
        assert bibtex([key]).startswith("@"), f"references.bib must have {key}: {source} cites it"


def test_entries_are_whole_and_stand_once():
    text = bibtex(["finn2015", "biswal1995", "finn2015", "of another package"])
    assert text.count("@article") == 2
    assert text.index("biswal1995") < text.index("finn2015")
    for entry in text.split("\n\n"):
        assert entry.count("{") == entry.count("}")
        assert {"author", "title", "year"} <= {
            line.partition("=")[0].strip() for line in entry.splitlines()
        }


def test_no_citation_is_no_key():
    assert reference_keys("") == ()
    assert bibtex([]) == ""
