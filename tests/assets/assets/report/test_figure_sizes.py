"""Figures lose their drawings, then their resolution, before a page is too large to send."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from attnconn_assets.assets.report.figure_sizes import within


def png(width, seed):
    values = np.random.default_rng(seed).integers(0, 255, (60, width, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(values).save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def size(picture):
    return Image.open(io.BytesIO(base64.b64decode(picture["png"]))).size


@pytest.fixture
def pictures():
    return {
        "small": {"png": png(40, 0), "svg": "s" * 500},
        "large": {"png": png(80, 1), "svg": "s" * 900},
    }


def total(pictures):
    return sum(len(text) for picture in pictures.values() for text in picture.values())


def test_what_fits_is_left_as_it_is(pictures):
    assert within(pictures, total(pictures)) == pictures


def test_the_largest_drawing_goes_first(pictures):
    kept = within(pictures, total(pictures) - 1)
    assert (len(kept["large"]["svg"]), len(kept["small"]["svg"])) == (0, 500)
    assert kept["large"]["png"] == pictures["large"]["png"]
    assert pictures["large"]["svg"], "what was given must not change"


def test_then_the_largest_picture_is_halved(pictures):
    kept = within(pictures, total(pictures) - 1_500)
    assert [size(kept[name]) for name in ("small", "large")] == [(40, 60), (40, 30)]
    assert total(kept) <= total(pictures) - 1_500
    assert [size(picture) for picture in within(pictures, 1).values()] == [(20, 30), (40, 30)]
