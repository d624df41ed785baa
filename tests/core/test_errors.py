import inspect
import re

import pytest

from attnconn_core import errors

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and value.__module__ == errors.__name__
}


def drawn_tree():
    """(class, parent) for each line of the drawing, from its depth."""
    path, pairs = {}, []
    drawing = errors.__doc__.split("::", 1)[1].split("Every message", 1)[0]
    for line in drawing.splitlines():
        found = re.match(r"([ │├└─]*)(\w+Error)", line)
        if found:
            depth = len(found[1]) // 4
            path[depth] = found[2]
            pairs.append((found[2], path.get(depth - 1)))
    return dict(pairs)


def test_the_public_names_are_every_class():
    assert sorted(errors.__all__) == errors.__all__
    assert set(errors.__all__) == set(CLASSES)


def test_the_drawing_is_the_tree():
    drawn = drawn_tree()
    assert set(drawn) == set(CLASSES)
    for name, parent in drawn.items():
        expected = CLASSES.get(parent, Exception)
        assert CLASSES[name].__bases__[0] is expected


def test_input_errors_are_value_errors_and_others_are_not():
    drawn = drawn_tree()

    def is_input(name):
        return name == "InputError" or (name in drawn and is_input(drawn[name]))

    for name, error in CLASSES.items():
        assert issubclass(error, ValueError) is is_input(name)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_error_is_caught_by_the_root_and_says_its_message(name):
    with pytest.raises(errors.AttnconnError, match="the rule; got this"):
        raise CLASSES[name]("the rule; got this")
    assert inspect.getdoc(CLASSES[name])
