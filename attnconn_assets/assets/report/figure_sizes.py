"""Keeps the report's figures small enough for a page that can be sent by mail."""

import base64
import io
from collections.abc import Mapping

from PIL import Image

__all__ = ["MOST_BYTES", "within"]

#: Of all figures as they lie in the page, of 15 MB: plotly takes 5, matrices up to 5.
MOST_BYTES = 6_500_000


def within(
    pictures: Mapping[str, dict[str, str]], most: int = MOST_BYTES
) -> dict[str, dict[str, str]]:
    """Return figures that take no more room than allowed, if that is possible.

    Drawings (SVG) go first, the largest before the others; then pictures (PNG) lose half of
    their width and height, also the largest first. The store has all of them.

    Parameters
    ----------
    pictures
        Name → ``png`` and ``svg``, from `attnconn_assets.assets.report.reading.picture_of`.
    most
        Bytes allowed.
    """
    kept = {name: dict(picture) for name, picture in pictures.items()}
    for kind, smaller in (("svg", _left_out), ("png", _halved)):
        for name in sorted(kept, key=lambda name: -len(kept[name][kind])):
            if _total(kept) <= most:
                return kept
            kept[name][kind] = smaller(kept[name][kind])
    return kept


def _total(pictures: Mapping[str, Mapping[str, str]]) -> int:
    return sum(len(content) for picture in pictures.values() for content in picture.values())


def _left_out(_: str) -> str:
    return ""


def _halved(png: str) -> str:
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    half = image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX)
    written = io.BytesIO()
    half.save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()
