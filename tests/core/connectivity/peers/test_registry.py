"""The methods of the extra are there if their library is, and say how to get it if not."""

from importlib import util

import pytest

from attnconn_core.connectivity import METHODS, PEERS, methods, methods_page, missing_peer
from attnconn_core.connectivity.peers import library
from attnconn_core.errors import ParameterError


@pytest.fixture
def found(monkeypatch):
    """Choose which libraries are found."""

    def choose(*names):
        monkeypatch.setattr(
            library, "find_spec", lambda name: util.find_spec("numpy") if name in names else None
        )
        methods.cache_clear()

    yield choose
    monkeypatch.undo()
    methods.cache_clear()


def test_every_peer_is_a_method_of_its_name():
    assert list(PEERS) == ["pcmci", "pcmci_plus", "calltif", "direct_lingam"]
    assert not set(PEERS) & set(METHODS)
    for name, method in PEERS.items():
        assert (method.estimator.method, method.family) == (name, "causal discovery")
        assert (method.directed, method.signed, method.needs) == (True, True, "series")


def test_only_those_with_a_library_are_offered(found):
    found()
    assert not set(methods()) & set(PEERS)
    found("lingam")
    assert set(methods()) & set(PEERS) == {"direct_lingam"}
    found("lingam", "tigramite")
    assert set(methods()) >= {*METHODS, *PEERS}


@pytest.mark.parametrize(("name", "wanted"), [("pcmci", "tigramite"), ("direct_lingam", "lingam")])
def test_without_its_library_a_method_names_the_extra(name, wanted, found, chain):
    found()
    expected = rf"{name} needs the library {wanted}: pip install 'attnconn\[peers\]'"
    with pytest.raises(ParameterError, match=expected):
        PEERS[name].make().estimate(chain)
    assert missing_peer(name) == expected.replace("\\", "")
    found(wanted)
    assert missing_peer(name) is None
    assert missing_peer("pearson") is None


def test_the_page_lists_them_whatever_is_installed(found):
    pages = []
    for names in ((), ("tigramite", "lingam")):
        found(*names)
        pages.append(methods_page())
    assert pages[0] == pages[1]
    assert "| `direct_lingam` | DirectLiNGAM | causal discovery | yes | yes |" in pages[0]
