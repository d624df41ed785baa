"""Entry points of one group are loaded by name, and refused by name and package."""

import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.plugins import registry


def accept(name, loaded):
    return loaded


def refuse(name, loaded):
    raise ParameterError(f"must be a word; got {loaded!r}")


def test_entry_points_come_in_the_order_of_their_names(install):
    install("one", "attnconn.things", {"b": "strange:B", "a": "strange:A"}, "A, B = 1, 2")
    install("two", "attnconn.other", {"c": "strange:A"})
    found = registry("attnconn.things", "thing", {"own": 0}, accept)
    assert list(found.items()) == [("own", 0), ("a", 1), ("b", 2)]


@pytest.mark.parametrize(
    ("code", "check", "complaint"),
    [
        ("A = 1 / 0", accept, "can't be imported: division by zero"),
        ("", accept, "can't be imported: .*has no attribute 'A'"),
        ("A = 1", refuse, "must be a word; got 1"),
    ],
)
def test_what_is_broken_stops_only_who_asks_for_it(install, code, check, complaint):
    install("strange-package", "attnconn.things", {"odd": "strange:A"}, code)
    found = registry("attnconn.things", "thing", {"own": 0}, check)
    assert dict(found) == {"own": 0}
    assert len(found) == 1
    assert list(found.unusable) == ["odd"]
    for ask in (found.__getitem__, found.get, found.__contains__):
        with pytest.raises(ParameterError, match=f"^thing odd of strange-package: {complaint}"):
            ask("odd")


@pytest.mark.parametrize(("own", "reserved"), [({"odd": 0}, ()), ({}, ("odd",))])
def test_our_names_are_ours(install, own, reserved):
    install("strange-package", "attnconn.things", {"odd": "strange:A"}, "A = 1")
    with pytest.raises(ParameterError, match="of strange-package: there is a thing of this name"):
        registry("attnconn.things", "thing", own, accept, reserved=frozenset(reserved))


@pytest.mark.parametrize("check", [accept, refuse])
def test_two_packages_cannot_bring_the_same_name(install, check):
    for package in ("one", "two"):
        install(package, "attnconn.things", {"odd": "strange:A"}, "A = 1")
    with pytest.raises(ParameterError, match=r"thing odd of (one|two): there is a thing of this"):
        registry("attnconn.things", "thing", {}, check)


def test_a_group_that_nobody_names_holds_only_ours():
    found = registry("attnconn.nobody", "thing", {"own": 0}, refuse)
    assert dict(found) == {"own": 0}
    assert "odd" not in found


def test_an_unknown_name_is_answered_with_the_nearest():
    things = registry("attnconn.nothing", "thing", {"granger": 0}, accept)
    with pytest.raises(KeyError, match=r"grangr: did you mean granger\?"):
        things["grangr"]
    assert things.get("grangr") is None
