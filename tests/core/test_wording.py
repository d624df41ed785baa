"""How messages name a few of many."""

from attnconn_core.wording import agreeing, few_and_more, first_few, shortened, told_once


def test_only_what_is_left_out_is_told():
    assert first_few(["a", "b"], 2) == few_and_more(["a", "b"], 2) == "a, b"
    assert first_few([1, 2, 3], 2) == "1, 2, …"
    assert few_and_more([1, 2, 3, 4], 2) == "1, 2 and 2 more"
    assert first_few([], 2) == few_and_more([], 2) == ""


def test_what_is_the_matter_with_many_is_told_once():
    paths = [
        (f"sub-{n}_ses-a", f"/my scans/sub-{n}_ses-a.csv: 'time' is no region") for n in range(9)
    ]
    (one,) = told_once(paths)
    assert list(one.names) == [name for name, _ in paths]
    assert one.message == f"{paths[0][1]} (the other 8 alike)"


def test_numbers_and_lists_of_them_are_details():
    frames = ["3 of 90 (1, 5, 8)", "1 of 90 (4)", "5 of 100 (1, 2, 3, …)", "2 of 9 (1.5e-3, -7)"]
    (one,) = told_once(zip("abcd", frames, strict=True))
    assert one.message == "3 of 90 (1, 5, 8) (the other 3 alike)"


def test_few_have_their_own_message_and_other_reasons_stay_apart():
    three = [("a", "3 frames"), ("b", "4 frames"), ("c", "3 frames")]
    assert [each.names for each in told_once(three)] == [("a", "c"), ("b",)]
    words = [(str(n), f"column {name!r}") for n, name in enumerate(["x", "y", "x", "z"])]
    assert [each.names for each in told_once(words)] == [("0", "2"), ("1",), ("3",)]
    assert told_once([]) == []


def test_many_have_a_plural():
    assert agreeing(["a"], "is left out") == "is left out"
    assert agreeing(["a", "b"], "is left out") == "are left out"
    assert agreeing(["a", "b"], "can't be read") == "can't be read"


def test_whom_a_message_names_is_no_detail():
    pairs = [
        (f"sub-{n}_ses-a", f"it holds the same as sub-{n ^ 1}_ses-a: 1 of 3") for n in range(6)
    ]
    assert [each.message for each in told_once(pairs)] == [message for _, message in pairs]
    own = [(f"x of sub-{n}_ses-a", f"sub-{n}_ses-a has {n} frames") for n in range(6)]
    assert len(told_once(own)) == 1
    same = [(f"sub-{n}_ses-a", f"it has {n} frames, sub-z_ses-a 9") for n in range(6)]
    assert len(told_once(same)) == 1
    failed = [
        (f"pearson of sub-{n}_ses-a", f"sub-{n}_ses-a, sub-{n ^ 1}_ses-a failed") for n in range(6)
    ]
    assert len(told_once(failed, whoever=True)) == 1


def test_what_is_long_is_cut_between_words():
    assert shortened("it has too few frames") == "it has too few frames"
    assert shortened("every frame, and then", 14) == "every frame …"
