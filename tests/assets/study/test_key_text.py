"""Keys as a terminal shows them."""

import json

import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.study.key_text import keys_text
from attnconn_core.errors import ParameterError


def test_a_key_shows_what_it_may_hold_its_default_and_its_meaning():
    told = keys_text("chunk")
    assert told.startswith("Every study\n")
    assert "  chunk (whole number ≥ 1; default 25)\n      " in told
    assert "`" not in told


def test_a_group_or_a_source_is_shown_whole():
    assert "  targets (list of text)" in keys_text("behaviour")
    assert keys_text("hcp").startswith("source: hcp\nResting-state scans")
    assert "  atlas (path; required)" in keys_text("hcp")


def test_an_unknown_word_is_refused_with_a_hint():
    with pytest.raises(ParameterError, match="got chunck: did you mean chunk"):
        keys_text("chunck")


def test_the_command_prints_text_or_a_schema(capsys):
    assert main(["keys", "exclude"]) == 0
    assert "min_minutes (number" in capsys.readouterr().out
    for schema, title in (("study", "A study of attnconn"), ("experiment", "Forecasters")):
        assert main(["keys", "--schema", schema]) == 0
        assert json.loads(capsys.readouterr().out)["title"].startswith(title)
    assert main(["keys", "nothing-like-it"]) == 1
