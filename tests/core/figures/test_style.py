"""A method looks the same everywhere, and methods look different."""

import pytest

from attnconn_core.figures.style import (
    canvas,
    display_name,
    heading,
    looks,
    plain,
    sorted_methods,
)

METHODS = (
    "pearson",
    "partial",
    "granger",
    "attention_group_base",
    "attention_finetuned",
    "attention_subject",
    "ar",
    "ridge_var",
    "ridge_var_own_past",
)
OKABE_ITO = {
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("pearson", "Pearson"),
        ("attention_subject", "Attention (subject)"),
        ("attention_group_dropout_0_9", "Attention (group, dropout 0 9)"),
        ("attention_group_", "attention group"),
        ("my_method", "my method"),
        ("_", "(no name)"),
    ],
)
def test_every_method_has_a_name_for_readers(method: str, name: str) -> None:
    assert display_name(method) == name


def test_methods_are_sorted_by_family_whatever_their_order() -> None:
    expected = (*METHODS, "zebra")
    assert sorted_methods(reversed(expected)) == expected


def test_a_colour_depends_on_the_name_alone() -> None:
    together = looks(METHODS)
    assert all(looks([method])[method] == together[method] for method in METHODS)


def test_methods_of_one_figure_differ_in_colour() -> None:
    connectivity = looks(METHODS[:6])
    assert len({look.colour for look in connectivity.values()}) == 6
    assert {look.colour for look in connectivity.values()} <= OKABE_ITO
    assert len({look.colour for look in looks(METHODS).values()}) == 9


def test_group_configurations_share_their_colour_and_differ_in_marker() -> None:
    styles = looks([f"attention_group_{name}" for name in "abcd"])
    assert len({look.colour for look in styles.values()}) == 1
    assert len({look.marker for look in styles.values()}) == 4


def test_a_method_given_twice_looks_as_if_given_once() -> None:
    assert looks(["attention_group_a"] * 2) == looks(["attention_group_a"])


def test_dollars_in_names_are_no_formula(written) -> None:
    figure = canvas(2.0)
    heading(figure, r"costs $x^2$ or $\frac{$")
    assert written(figure).count(r"\$") == 4
    assert plain("no dollars") == "no dollars"


def test_a_long_title_is_wrapped_and_its_subtitle_stands_below(cut_off, written) -> None:
    figure = canvas(3.0)
    figure.subplots().set_title("axes")
    heading(figure, "a long title " * 20, "a long subtitle " * 20)
    assert not cut_off(figure)
    subtitle = next(
        artist for artist in figure.artists if artist.get_text().startswith("a long subtitle")
    )
    title = figure._suptitle.get_window_extent()
    box = subtitle.get_window_extent()
    assert abs(box.y0 - title.y0) < 1
    lines = figure._suptitle.get_text().rstrip("\n").count("\n") + 1
    whole = figure._suptitle.get_text().count("\n") + 1
    assert box.y1 <= title.y1 - (title.height / whole) * lines + 3
    assert title.y0 > figure.axes[0].title.get_window_extent().y1
