"""Titles and axes are readable, whatever is written in them."""

from attnconn_core.figures.style import canvas, heading, plain


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
