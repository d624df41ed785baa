"""Bytes that are a picture, the same each time, and nothing left behind."""

import io
import re

import matplotlib
import numpy as np
import pytest
from matplotlib._pylab_helpers import Gcf
from PIL import Image

from attnconn_core.errors import ParameterError
from attnconn_core.figures import matrix, png, svg
from attnconn_core.figures.style import canvas
from attnconn_core.records import Connectivity


def test_a_png_of_the_size_asked_for() -> None:
    data = png(canvas(2.0), dpi=120)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    with Image.open(io.BytesIO(data)) as image:
        image.verify()
        assert image.size == (1320, 240)


def test_the_same_figure_gives_the_same_bytes() -> None:
    figure = canvas(2.0)
    figure.subplots().plot([0, 1], [1, 0])
    assert png(figure, 60) == png(figure, 60)


@pytest.mark.parametrize("dpi", [0, -1, 10_000])
def test_a_resolution_nobody_can_mean_is_refused(dpi: int) -> None:
    with pytest.raises(ParameterError, match="dpi must lie between 10 and 600"):
        png(canvas(1.0), dpi=dpi)


def test_a_drawing_keeps_its_texts_and_has_the_same_bytes_each_time() -> None:
    values = np.random.default_rng(0).normal(size=(4, 4))
    connectivity = Connectivity(values, tuple("abcd"), "granger", True)
    first, second = (svg(matrix(connectivity, None, signed=True)) for _ in range(2))
    assert first == second
    texts = re.findall(rb"<text[^>]*>([^<]*)</text>", first)
    assert {b"a", b"d"} <= set(texts)
    assert b"<dc:date>" not in first


def test_many_marks_are_a_picture_inside_a_drawing() -> None:
    def scatter(n: int) -> bytes:
        figure = canvas(2.0)
        figure.subplots().scatter(*np.random.default_rng(0).normal(size=(2, n)))
        return svg(figure)

    assert b"<image" in scatter(2001)
    assert b"<image" not in scatter(2000)
    assert len(scatter(50_000)) < 300_000


def test_drawing_leaves_no_global_state() -> None:
    before = dict(matplotlib.rcParams)
    values = np.random.default_rng(0).normal(size=(4, 4))
    svg(matrix(Connectivity(values, tuple("abcd"), "granger", True), None, signed=True))
    png(matrix(Connectivity(values, tuple("abcd"), "granger", True), None, signed=True), 50)
    assert dict(matplotlib.rcParams) == before
    assert not Gcf.figs
