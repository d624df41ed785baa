"""Write the pictures of ``docs/images`` from the demo's results: ``python docs/demo_images.py``."""

import io
from pathlib import Path

from PIL import Image

from attnconn_assets.assets.report.sections import FIGURES
from attnconn_core.results import Results

CHECKOUT = Path(__file__).resolve().parents[1]

# The sample's study predicts no behaviour and has one configuration, and its regions have no known
# place.
_NOT_SHOWN = ("behaviour", "behaviour_best", "sweep", "surface")
#: Picture in ``docs/images`` → asset and figure: those of the report that are shown, and a score
#: that has a section of its own.
PICTURES = {
    **{name: where for name, where in FIGURES.items() if name not in _NOT_SHOWN},
    "penalty_identification": ("penalty_identification", "figure"),
}
_WIDTH = 1200  # pixels; enough for the site
_QUALITY = 90


def small(png: bytes) -> bytes:
    """Return a picture as WebP, at most 1,200 pixels wide: a tenth of the PNG's bytes."""
    drawn = Image.open(io.BytesIO(png)).convert("RGB")
    drawn.thumbnail((_WIDTH, drawn.height))
    written = io.BytesIO()
    drawn.save(written, "WEBP", quality=_QUALITY, method=6)
    return written.getvalue()


def main() -> None:
    """Write every picture, from the results in ``store/hcp_sample``."""
    results = Results(CHECKOUT / "store" / "hcp_sample")
    for picture, (asset, figure) in PICTURES.items():
        png = results.path(asset, f"{figure}.png").read_bytes()
        (CHECKOUT / "docs" / "images" / f"{picture}.webp").write_bytes(small(png))


if __name__ == "__main__":
    main()
