"""Entry points of one group are loaded by name, and refused by name and package."""

import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.plugins import installed


def accept(name, loaded):
    pass


def refuse(name, loaded):
    raise ParameterError(f"must be a word; got {loaded!r}")


def test_entry_points_come_in_the_order_of_their_names(install):
    install("one", "attnconn.things", {"b": "strange:B", "a": "strange:A"}, "A, B = 1, 2")
    install("two", "attnconn.other", {"c": "strange:A"})
    found = installed("attnconn.things", "thing", (), accept)
    assert list(found.items()) == [("a", 1), ("b", 2)]


@pytest.mark.parametrize(
    ("taken", "code", "check", "complaint"),
    [
        (("odd",), "A = 1", accept, "there is a thing of this name already"),
        ((), "A = 1 / 0", accept, "can't be imported: division by zero"),
        ((), "", accept, "can't be imported: .*has no attribute 'A'"),
        ((), "A = 1", refuse, "must be a word; got 1"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(install, taken, code, check, complaint):
    install("strange-package", "attnconn.things", {"odd": "strange:A"}, code)
    with pytest.raises(ParameterError, match=f"^thing odd of strange-package: {complaint}"):
        installed("attnconn.things", "thing", taken, check)


def test_two_packages_cannot_bring_the_same_name(install):
    for package in ("one", "two"):
        install(package, "attnconn.things", {"odd": "strange:A"}, "A = 1")
    with pytest.raises(ParameterError, match=r"thing odd of (one|two): there is a thing of this"):
        installed("attnconn.things", "thing", (), accept)


def test_a_group_that_nobody_names_is_empty():
    assert installed("attnconn.nobody", "thing", (), refuse) == {}
