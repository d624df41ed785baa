"""Halves of one run aren't called test and retest."""

from attnconn_core.figures import session_label


def test_names_follow_the_design() -> None:
    assert session_label("split-half", "test") == "first half"
    assert session_label("split-half", "retest") == "second half"


def test_other_sessions_keep_their_names() -> None:
    assert session_label("split-half", "baseline") == "baseline"
    assert session_label("test-retest", "retest") == "retest"
