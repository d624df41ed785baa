import unicodedata

import pytest

from attnconn_core.names import as_it_lies


def decomposed(text):
    return unicodedata.normalize("NFD", text)


def test_a_path_in_the_other_form_leads_to_what_lies_there(tmp_path):
    if (tmp_path / decomposed("é")).exists():
        pytest.skip("this disk takes both for one")
    there = tmp_path / decomposed("données") / "scans"
    there.mkdir(parents=True)
    assert as_it_lies(tmp_path / "données" / "scans") == there
    assert as_it_lies(there) == there
    assert as_it_lies(tmp_path / "données" / "new") == there.with_name("new")
    assert as_it_lies(tmp_path / "nié") == tmp_path / "nié"
