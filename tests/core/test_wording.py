"""How messages name a few of many."""

from attnconn_core.wording import few_and_more, first_few


def test_only_what_is_left_out_is_told():
    assert first_few(["a", "b"], 2) == few_and_more(["a", "b"], 2) == "a, b"
    assert first_few([1, 2, 3], 2) == "1, 2, …"
    assert few_and_more([1, 2, 3, 4], 2) == "1, 2 and 2 more"
    assert first_few([], 2) == few_and_more([], 2) == ""
