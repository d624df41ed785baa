"""Halves of one run aren't called test and retest."""

from attnconn_core.figures import pair_names, session_label


def test_names_follow_the_design() -> None:
    assert pair_names("split-half") == ("first half", "second half")
    assert pair_names("test-retest") == ("test", "retest")


def test_other_sessions_keep_their_names() -> None:
    assert session_label("split-half", "baseline") == "baseline"
    assert session_label("test-retest", "retest") == "retest"
